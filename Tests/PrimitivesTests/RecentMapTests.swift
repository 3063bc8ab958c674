import Primitives
import Testing

@Suite struct RecentMapTests {
    @Test func `a flood of keys costs no more memory than twice the capacity`() {
        var map = RecentMap<Int, Int>(capacity: 100)
        for key in 0..<100_000 {
            map[key] = key
            #expect(map.count <= 200)
        }
        #expect(map[99_999] == 99_999)
        #expect(map[99_900] == 99_900, "the capacity's worth of the latest is there")
        #expect(map[0] == nil)
    }

    @Test func `what is set again outlives what is not`() {
        var map = RecentMap<Int, String>(capacity: 10)
        map[-1] = "kept"
        map[-2] = "left"
        for key in 0..<1000 {
            map[key] = ""
            if key % 5 == 0, let kept = map[-1] { map[-1] = kept }
        }
        #expect(map[-1] == "kept")
        #expect(map[-2] == nil)
    }

    @Test func `what is removed is gone from both generations`() {
        var map = RecentMap<Int, Int>(capacity: 2)
        for key in 0..<3 { map[key] = key }
        map[0] = nil
        map[2] = nil
        #expect(map[0] == nil)
        #expect(map[2] == nil)
        #expect(map.count == 1)
        map[1] = 7
        #expect(map[1] == 7)
        #expect(map.count == 1)
    }
}
