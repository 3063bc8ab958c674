/// Runs a step many times at once and collects how each of them went.
package func inParallel<Value: Sendable>(
    _ count: Int, _ step: @escaping @Sendable () async throws -> Value
) async -> [Result<Value, any Error>] {
    await withTaskGroup(of: Result<Value, any Error>.self) { group in
        for _ in 0..<count {
            group.addTask {
                do { return .success(try await step()) } catch { return .failure(error) }
            }
        }
        var results: [Result<Value, any Error>] = []
        for await result in group { results.append(result) }
        return results
    }
}

extension Sequence {
    /// What succeeded.
    package func values<Value, Failure: Error>() -> [Value] where Element == Result<Value, Failure> {
        compactMap { try? $0.get() }
    }
}
