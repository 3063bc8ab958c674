import Testing

/// One stage for all tests of a suite, for those that neither count what happened nor set the clock. It goes when the suite has run.
struct SharedStage: SuiteTrait, TestScoping {
    @TaskLocal fileprivate static var current: Stage?

    func provideScope(for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void) async throws {
        try await Self.$current.withValue(try await Stage(), operation: function)
    }
}

extension Trait where Self == SharedStage {
    static var sharedStage: SharedStage { SharedStage() }
}

extension Stage {
    /// The stage of a suite with the trait `sharedStage`.
    static var shared: Stage {
        get throws {
            guard let stage = SharedStage.current else { throw Unexpected("the suite shares no stage") }
            return stage
        }
    }
}
