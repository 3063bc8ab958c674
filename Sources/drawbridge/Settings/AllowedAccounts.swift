/// Who may use this bridge: accounts of the upstream, by id or by name.
///
/// Written as `valtown:alice,bob`; several upstreams are separated by semicolons (`valtown:alice;github:carol`), and without a name in
/// front the accounts are those of whatever upstream there is. Names are compared exactly, a leading `@` is left out.
struct AllowedAccounts: Sendable, Equatable, CustomStringConvertible {
    struct Group: Sendable, Equatable {
        /// `nil`: of every upstream.
        let upstream: String?
        let accounts: [String]
    }

    /// Empty: everybody.
    let groups: [Group]

    static let everybody = AllowedAccounts(groups: [])

    var isEverybody: Bool { groups.isEmpty }

    /// The upstreams that are named.
    var upstreams: [String] { groups.compactMap(\.upstream) }

    /// - Parameter name: what people call the account; an API without names has none.
    func allows(upstream: String, id: String, name: String?) -> Bool {
        isEverybody
            || groups.contains { group in
                (group.upstream == nil || group.upstream == upstream)
                    && group.accounts.contains { $0 == id || (name != nil && $0 == name) }
            }
    }

    var description: String {
        guard !isEverybody else { return "everybody" }
        return groups.map { ($0.upstream.map { $0 + ":" } ?? "") + $0.accounts.joined(separator: ",") }.joined(separator: ";")
    }

    init(_ text: String) throws(BadValue) {
        var groups: [Group] = []
        for piece in text.split(separator: ";", omittingEmptySubsequences: false) {
            groups.append(try Self.group(String(piece).trimmed))
        }
        self.groups = groups
    }

    private init(groups: [Group]) { self.groups = groups }

    private static func group(_ text: String) throws(BadValue) -> Group {
        let halves = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let upstream = halves.count == 2 ? String(halves[0]).trimmed : nil
        if let upstream, !UpstreamReference.isID(upstream) { throw BadValue("names an upstream that cannot be one") }
        let accounts = try CommaList.parts(of: String(halves.last ?? "")).map { $0.hasPrefix("@") ? String($0.dropFirst()) : $0 }
        guard accounts.allSatisfy({ !$0.isEmpty && !$0.contains(where: \.isWhitespace) }) else {
            throw BadValue("holds an account that is empty or has a space in it", advice: "separate accounts by commas")
        }
        guard !accounts.contains(where: { $0.contains(":") }) else {
            throw BadValue("names a second upstream behind a comma", advice: "separate upstreams by semicolons: valtown:alice;github:carol")
        }
        return Group(upstream: upstream, accounts: accounts)
    }
}
