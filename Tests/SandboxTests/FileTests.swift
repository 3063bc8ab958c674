import Primitives
import Sandbox
import Testing

@Suite struct FileTests {
    @Test func `a file is made, changed, read in every version and deleted`() async throws {
        try await withSandbox { client async throws in
            let val = try await client.newVal("files")
            let made = try await client.post("/v2/vals/\(val)/files?path=main.ts", ["type": "http", "content": "one"])
            #expect(made.status == 201)
            #expect(try made.json["links"]?["endpoint"] != nil)
            #expect(try await client.post("/v2/vals/\(val)/files?path=main.ts", ["type": "file", "content": ""]).status == 409)
            let changed = try await client.put("/v2/vals/\(val)/files?path=main.ts", ["content": "two"])
            #expect(changed.status == 200)
            let first = try #require(made.json["version"]?.integer)
            #expect(try changed.json["version"]?.integer == first + 1)
            #expect(try await client.get("/v2/vals/\(val)/files/content?path=main.ts").text == "two")
            #expect(try await client.get("/v2/vals/\(val)/files/content?path=main.ts&version=\(first)").text == "one")
            #expect(try await client.get("/v2/vals/\(val)/files/content?path=main.ts&version=99").status == 404)
            let id = try #require(made.json["id"]?.string)
            #expect(try await client.get("/v2/files/\(id)").json["path"]?.string == "main.ts")
            #expect(try await client.delete("/v2/vals/\(val)/files?path=main.ts").status == 204)
            #expect(try await client.delete("/v2/vals/\(val)/files?path=main.ts").status == 404)
            #expect(try await client.get("/v2/files/\(id)").status == 404)
            #expect(try await client.get("/v2/vals/\(val)/files/content?path=main.ts&version=\(first)").text == "one")
        }
    }

    @Test func `a directory lists what is in it, moves with it and goes only when it is told to`() async throws {
        try await withSandbox { client async throws in
            let val = try await client.newVal("tree")
            let files = "/v2/vals/\(val)/files"
            #expect(try await client.post(files + "?path=lib/a.ts", ["type": "script", "content": "a"]).status == 404)
            #expect(try await client.post(files + "?path=lib", ["type": "directory"]).status == 201)
            #expect(try await client.post(files + "?path=lib/a.ts", ["type": "script", "content": "a"]).status == 201)
            #expect(try await client.post(files + "?path=b.ts", ["type": "file", "content": ""]).status == 201)
            func paths(_ query: String) async throws -> [String] {
                try await client.get(files + query).json["data"]?.array?.compactMap { $0["path"]?.string } ?? []
            }
            #expect(try await paths("?path=") == ["b.ts", "lib"])
            #expect(try await paths("?path=&recursive=true") == ["b.ts", "lib", "lib/a.ts"])
            #expect(try await paths("?path=lib") == ["lib/a.ts"])
            #expect(try await client.get(files + "?path=nothing").status == 404)
            #expect(try await client.put(files + "?path=lib", ["name": "source"]).status == 200)
            #expect(try await paths("?path=source") == ["source/a.ts"])
            #expect(try await client.put(files + "?path=b.ts", ["parent_path": "source"]).status == 200)
            #expect(try await client.put(files + "?path=source", ["parent_path": "source"]).status == 400)
            #expect(try await client.delete(files + "?path=source").status == 400)
            #expect(try await client.delete(files + "?path=source&recursive=true").status == 204)
            #expect(try await paths("?path=&recursive=true") == [])
        }
    }

    @Test func `content has a tag that saves reading it twice`() async throws {
        try await withSandbox { client async throws in
            let id = try #require(await client.get("/v2/alias/vals/\(client.sandbox.tokens.username)/hello-world").json["id"]?.string)
            let path = "/v2/vals/\(id)/files/content?path=lib/greet.ts"
            let first = try await client.get(path)
            #expect(first.status == 200)
            #expect(first.headers["content-type"] == "application/octet-stream")
            let tag = try #require(first.headers["etag"])
            #expect(try await client.get(path, headers: ["If-None-Match": tag]).status == 304)
            #expect(try await client.get(path, headers: ["If-Match": "\"other\""]).status == 412)
            #expect(try await client.get(path, headers: ["If-Match": tag]).status == 200)
        }
    }

    @Test(arguments: [
        ("?path=../x", #"{"type":"file","content":""}"#), ("?path=/x", #"{"type":"file","content":""}"#),
        ("?path=", #"{"type":"directory"}"#),
        ("", #"{"type":"directory"}"#), ("?path=x", #"{"type":"file"}"#), ("?path=x", #"{"type":"directory","content":"x"}"#),
        ("?path=x", #"{"type":"link","content":"x"}"#),
        ("?path=x", #"{"type":"file","content":"\#(String(repeating: "x", count: 80_001))"}"#),
        ("?path=a%20b", #"{"type":"file","content":""}"#),
    ]) func `a file that breaks the rules is not made`(query: String, body: String) async throws {
        try await withSandbox { client async throws in
            let val = try await client.newVal("rules")
            let reply = try await client.send(
                "POST", "/v2/vals/\(val)/files\(query)", token: client.sandbox.tokens.full, body: Array(body.utf8))
            #expect(reply.status == 400)
        }
    }

    @Test(arguments: ["/v1/blob", "/v2/blob"]) func `a blob is exactly the bytes that were stored`(base: String) async throws {
        try await withSandbox { client async throws in
            let bytes = (0..<1024).map { UInt8(truncatingIfNeeded: $0) }
            let path = base + "/folder%2Fa+b%20c%26d"
            let stored = try await client.send("POST", path, token: client.sandbox.tokens.full, body: bytes)
            #expect(stored.status == 201)
            #expect(try stored.json == "ok")
            #expect(try await client.get(path).body == bytes)
            let list = try await client.get(base + "?prefix=folder/").json.array ?? []
            #expect(list.compactMap { $0["key"]?.string } == ["folder/a+b c&d"])
            #expect(list.first?["size"]?.integer == 1024)
            #expect(try await client.send("GET", path, token: client.sandbox.tokens.otherAccount).status == 404)
            #expect(try await client.delete(path).status == 204)
            #expect(try await client.delete(path).status == 404)
            #expect(try await client.get(base + "/" + String(repeating: "x", count: 513)).status == 400)
        }
    }

    @Test func `an email is taken and not sent`() async throws {
        try await withSandbox { client async throws in
            #expect(try await client.post("/v1/email", ["subject": "Hi", "text": "Hello"]).status == 202)
            #expect(try await client.post("/v1/email", ["subject": "Hi"]).status == 400)
        }
    }
}
