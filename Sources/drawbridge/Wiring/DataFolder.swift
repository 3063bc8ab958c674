import AuthorizationServer
import Foundation
import Pages
import Upstream

/// The files that come with the program: `templates/`, `data/upstreams/`, `data/clients/`.
struct DataFolder {
    let path: String

    /// - Parameter given: from the settings; otherwise beside the executable, then the working directory.
    static func find(_ given: String?) throws(StartFailure) -> DataFolder {
        let beside = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().path
        let candidates = given.map { [$0] } ?? [beside, FileManager.default.currentDirectoryPath]
        let isComplete = { (path: String) in
            ["templates", "data/upstreams", "data/clients"].allSatisfy { FileManager.default.fileExists(atPath: path + "/" + $0) }
        }
        guard let path = candidates.first(where: isComplete) else {
            throw StartFailure(
                "templates/ and data/ were not found in \(candidates.joined(separator: " or ")). Name their folder with DRAWBRIDGE_DATA.")
        }
        return DataFolder(path: path)
    }

    func pages() throws(PageError) -> PageRenderer { try PageRenderer(templates: path + "/templates") }

    func knownClients() throws(StartFailure) -> KnownClients {
        let file = path + "/data/clients/known.json"
        guard let bytes = FileManager.default.contents(atPath: file), let clients = KnownClients(json: Array(bytes)) else {
            throw StartFailure("\(file) is missing, or has no redirects (https), redirect_schemes and tolerated_scopes.")
        }
        return clients
    }

    func profile(_ reference: UpstreamReference) throws -> UpstreamProfile {
        let file: String
        switch reference {
        case .id(let id): file = path + "/data/upstreams/\(id).yaml"
        case .path(let path): file = path
        }
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            let ids = ((try? FileManager.default.contentsOfDirectory(atPath: path + "/data/upstreams")) ?? [])
                .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
            throw StartFailure(
                "The profile \(file) cannot be read. DRAWBRIDGE_UPSTREAM may be \(ids.joined(separator: ", ")), or the path of a profile.")
        }
        return try UpstreamProfile.load(yaml: text, file: file)
    }
}
