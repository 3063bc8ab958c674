/// A dictionary that forgets: it holds what was set most recently, and never more than twice its capacity.
///
/// Two generations. A full one becomes the older one, and the older one before it goes. So a flood of keys costs no more memory than a full map,
/// each operation takes the same time whatever came before, and what is set again stays.
package struct RecentMap<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private let capacity: Int
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]

    /// - Parameter capacity: of one generation.
    package init(capacity: Int) {
        self.capacity = max(1, capacity)
    }

    package var count: Int { young.count + old.count }

    package subscript(key: Key) -> Value? {
        get { young[key] ?? old[key] }
        set {
            old[key] = nil
            guard let newValue else {
                young[key] = nil
                return
            }
            if young.count >= capacity, young[key] == nil {
                old = young
                young = [:]
            }
            young[key] = newValue
        }
    }
}
