package import OAuth
package import Primitives
import Vault

package enum ConsentKind {}
/// One authorization request as a person sees it, from the page to the answer.
package typealias ConsentID = Identifier<ConsentKind>

/// What is kept of a consent from its first answer on: how often a wrong token was tried, and how it ended. Nothing is kept before.
package struct ConsentRecord: Sendable, Equatable {
    package static let maximumTries: Int64 = 5

    package enum State: Sendable, Equatable {
        case open
        /// Too many wrong tokens.
        case burned
        /// `outcome`: the code and the account's name, locked under the browser's cookie; `nil` once the code was exchanged.
        case approved(GrantID, outcome: [UInt8]?)
        case denied
    }

    package let id: ConsentID
    package let expiresAt: UnixTime
    package private(set) var tries: Int64
    package private(set) var state: State
    /// A token that was checked and not yet approved, locked under the browser's cookie.
    package private(set) var waiting: [UInt8]?

    package init(id: ConsentID, expiresAt: UnixTime, tries: Int64 = 0, state: State = .open, waiting: [UInt8]? = nil) {
        self.id = id
        self.expiresAt = expiresAt
        self.tries = tries
        self.state = state
        self.waiting = waiting
    }

    /// Takes one try before the upstream is asked, so that parallel guesses cannot slip past the limit.
    /// - Returns: whether there was one left.
    package mutating func takeTry() -> Bool {
        guard case .open = state, tries < Self.maximumTries else { return false }
        tries += 1
        return true
    }

    /// The try was no wrong token.
    package mutating func giveTryBack() {
        tries = max(0, tries - 1)
    }

    /// The try was a wrong token: the last one burns the request.
    package mutating func burnIfSpent() {
        guard case .open = state, tries >= Self.maximumTries else { return }
        state = .burned
        waiting = nil
    }

    package mutating func keepWaiting(_ locked: [UInt8]) {
        guard case .open = state else { return }
        waiting = locked
    }

    package mutating func approve(_ grant: GrantID, outcome: [UInt8]) {
        state = .approved(grant, outcome: outcome)
        waiting = nil
    }

    package mutating func deny() {
        state = .denied
        waiting = nil
    }

    package var decidingColumns: [UInt8] {
        var row = ByteWriter(purpose: id.text)
        row.append(expiresAt.seconds)
        row.append(tries)
        switch state {
        case .open: row.append("open")
        case .burned: row.append("burned")
        case .approved(let grant, _):
            row.append("approved")
            row.append(grant.text)
        case .denied: row.append("denied")
        }
        return row.bytes
    }
}
