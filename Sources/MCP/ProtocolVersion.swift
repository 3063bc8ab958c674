/// A revision of the Model Context Protocol that this server speaks.
///
/// The HTTP+SSE transport of 2024-11-05 is not offered.
package enum ProtocolVersion: String, Sendable, CaseIterable {
    case march2025 = "2025-03-26"
    case june2025 = "2025-06-18"
    case november2025 = "2025-11-25"
    case july2026 = "2026-07-28"

    package var era: Era { self == .july2026 ? .modern : .legacy }

    /// What `initialize` answers to a client that asks for something else.
    package static let latestLegacy = ProtocolVersion.november2025

    /// What a legacy request without `MCP-Protocol-Version` means (2025-06-18, transports, "Protocol Version Header").
    package static let assumed = ProtocolVersion.march2025

    /// Newest first.
    package static let supported: [String] = allCases.reversed().map(\.rawValue)
}

/// How a client and this server agree on a version.
package enum Era: Sendable {
    /// By `initialize`; a batch and a bare `ping` exist.
    case legacy
    /// By the envelope of every single request; stateless.
    case modern
}
