import Synchronization

/// How much of one key runs at once: calls of one account, questions of one network. Further ones wait in their order, and what is more than can
/// wait is turned away, so that one key can neither take all there is of something nor fill the memory.
package final class Slots<Key: Hashable & Sendable>: Sendable {
    private struct Line {
        var running = 0
        var waiting: [Waiting] = []
    }

    private struct Waiting {
        let number: Int
        let turn: CheckedContinuation<Bool, Never>
    }

    private struct State {
        /// Only of keys that have something running.
        var lines: [Key: Line] = [:]
        /// Of those who ever had to wait.
        var count = 0
    }

    private let limit: Int
    private let room: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: of what runs at once.
    ///   - room: for so many more to wait.
    package init(limit: Int, room: Int = 256) {
        self.limit = limit
        self.room = room
    }

    /// Waits for a slot. `leave` gives it back.
    /// - Returns: `false` when too many wait already, or whoever asked gave up: then there is nothing to give back.
    package func enter(_ key: Key) async -> Bool {
        let number: Int? = state.withLock { state in
            if state.lines[key, default: Line()].running < limit {
                state.lines[key, default: Line()].running += 1
                return nil
            }
            state.count += 1
            return state.count
        }
        guard let number else { return true }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { turn in
                let answer: Bool? = state.withLock { state in
                    // Under the lock that `giveUp` takes: whoever gives up later is found in the line.
                    if Task.isCancelled { return false }
                    var line = state.lines[key] ?? Line()
                    // Somebody may have left meanwhile.
                    if line.running < limit {
                        line.running += 1
                        state.lines[key] = line
                        return true
                    }
                    guard line.waiting.count < room else { return false }
                    line.waiting.append(Waiting(number: number, turn: turn))
                    state.lines[key] = line
                    return nil
                }
                if let answer { turn.resume(returning: answer) }
            }
        } onCancel: {
            giveUp(number, key)
        }
    }

    package func leave(_ key: Key) {
        let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
            guard var line = state.lines[key] else { return nil }
            // The slot goes to the next in line, or is free.
            let next = line.waiting.isEmpty ? nil : line.waiting.removeFirst().turn
            if next == nil { line.running -= 1 }
            state.lines[key] = line.running > 0 ? line : nil
            return next
        }
        next?.resume(returning: true)
    }

    private func giveUp(_ number: Int, _ key: Key) {
        let turn: CheckedContinuation<Bool, Never>? = state.withLock { state in
            guard let place = state.lines[key]?.waiting.firstIndex(where: { $0.number == number }) else {
                return nil
            }
            return state.lines[key]?.waiting.remove(at: place).turn
        }
        turn?.resume(returning: false)
    }
}
