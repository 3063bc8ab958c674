/// Finds what somebody meant who mistyped a name.
enum NearestName {
    /// The known name that takes the fewest single-character changes, if they are few; the first of equals.
    static func find(_ written: String, among known: some Sequence<String>) -> String? {
        let limit = max(2, written.count / 3)
        let closest = known.map { (name: $0, changes: changes(from: written.lowercased(), to: $0.lowercased())) }.min {
            $0.changes < $1.changes
        }
        guard let closest, closest.changes <= limit else { return nil }
        return closest.name
    }

    /// Levenshtein's distance, one row at a time.
    private static func changes(from one: String, to other: String) -> Int {
        let target = Array(other)
        var row = Array(0...target.count)
        for (index, character) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in target.indices {
                let replaced = diagonal + (target[column] == character ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(replaced, row[column] + 1, diagonal + 1)
            }
        }
        return row[target.count]
    }
}
