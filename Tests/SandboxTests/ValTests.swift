import Primitives
import Sandbox
import Testing

@Suite struct ValTests {
    @Test func `a val is made, found and deleted`() async throws {
        try await withSandbox { client async throws in
            let made = try await client.post("/v2/vals", ["name": "notes", "privacy": "private", "description": "Mine"])
            #expect(made.status == 201)
            let id = try #require(made.json["id"]?.string)
            #expect(try made.json["author"]?["username"]?.string == client.sandbox.tokens.username)
            #expect(try made.json["createdAt"]?.string?.hasSuffix("Z") == true)
            #expect(try await client.post("/v2/vals", ["name": "notes", "privacy": "public"]).status == 409)
            #expect(try await client.get("/v2/vals/\(id)").json == made.json)
            #expect(try await client.get("/v2/alias/vals/\(client.sandbox.tokens.username)/notes").json == made.json)
            let gone = try await client.delete("/v2/vals/\(id)")
            #expect(gone.status == 204)
            #expect(gone.body.isEmpty)
            #expect(try await client.get("/v2/vals/\(id)").status == 404)
            #expect(try await client.delete("/v2/vals/\(id)").status == 404)
        }
    }

    @Test(arguments: [
        #"{"privacy":"public"}"#, #"{"name":"1x","privacy":"public"}"#, #"{"name":"a b","privacy":"public"}"#, #"{"name":"a"}"#,
        #"{"name":"a","privacy":"secret"}"#, #"{"name":"","privacy":"public"}"#, #"["name"]"#, "{", "",
        #"{"name":"a","privacy":"public","description":"\#(String(repeating: "x", count: 65))"}"#,
        #"{"name":"\#(String(repeating: "x", count: 49))","privacy":"public"}"#,
    ]) func `a val that breaks the rules is not made`(body: String) async throws {
        try await withSandbox { client async throws in
            let reply = try await client.send("POST", "/v2/vals", token: client.sandbox.tokens.full, body: Array(body.utf8))
            #expect(reply.status == 400)
        }
    }

    @Test func `somebody else's private val does not exist and a public one can't be changed`() async throws {
        try await withSandbox { client async throws in
            let bob = client.sandbox.tokens.otherUsername
            let secret = try await client.send("GET", "/v2/alias/vals/\(bob)/bobs-secret-plan", token: client.sandbox.tokens.otherAccount)
            let id = try #require(secret.json["id"]?.string)
            #expect(try await client.get("/v2/alias/vals/\(bob)/bobs-secret-plan").status == 404)
            #expect(try await client.get("/v2/vals/\(id)").status == 404)
            #expect(try await client.get("/v2/vals/\(id)/files?path=").status == 404)
            #expect(try await client.delete("/v2/vals/\(id)").status == 404)
            let open = try await client.get("/v2/alias/vals/\(bob)/bobs-counter")
            #expect(open.status == 200)
            let openID = try #require(open.json["id"]?.string)
            #expect(try await client.delete("/v2/vals/\(openID)").status == 403)
            #expect(try await client.post("/v2/vals/\(openID)/files?path=x", ["type": "file", "content": ""]).status == 403)
        }
    }

    @Test func `pages by offset follow each other by their links and show everything once`() async throws {
        try await withSandbox { client async throws in
            for number in 0..<5 { _ = try await client.newVal("paged\(number)") }
            var names: [String] = []
            var path: String? = "/v2/me/vals?limit=3"
            var previous: String?
            while let current = path {
                let page = try await client.get(current).json
                names += page["data"]?.array?.compactMap { $0["name"]?.string } ?? []
                if let previous {
                    #expect(try client.path(of: page["links"]?["prev"]).contains("offset=\(previous)"))
                } else {
                    #expect(page["links"]?["prev"] == nil)
                }
                previous = "\(names.count - (page["data"]?.array?.count ?? 0))"
                path = try page["links"]?["next"].map { try client.path(of: $0) }
            }
            #expect(names.count == 8)
            #expect(Set(names).count == 8)
        }
    }

    @Test func `pages by cursor show what is public or one's own, newest first`() async throws {
        try await withSandbox { client async throws in
            _ = try await client.newVal("newest", privacy: "unlisted")
            var names: [String] = []
            var path: String? = "/v2/vals?limit=2"
            while let current = path {
                let page = try await client.get(current).json
                names += page["data"]?.array?.compactMap { $0["name"]?.string } ?? []
                path = try page["links"]?["next"].map { try client.path(of: $0) }
            }
            #expect(names == ["newest", "bobs-counter", "diary", "daily-digest", "hello-world"])
            let open = try await client.get("/v2/vals?privacy=public").json["data"]?.array?.compactMap { $0["name"]?.string }
            #expect(open == ["bobs-counter", "hello-world"])
            let me = try #require(await client.get("/v1/me").json["id"]?.string)
            #expect(try await client.get("/v2/vals?user_id=\(me)&limit=100").json["data"]?.array?.count == 4)
            #expect(try await client.get("/v1/users/\(me)").json["username"]?.string == client.sandbox.tokens.username)
        }
    }

    @Test func `a branch begins with the files of the one it was forked from and goes its own way`() async throws {
        try await withSandbox { client async throws in
            let val = try await client.newVal("forked")
            _ = try await client.post("/v2/vals/\(val)/files?path=a.ts", ["type": "script", "content": "1"])
            let made = try await client.post("/v2/vals/\(val)/branches", ["name": "try-out"])
            #expect(made.status == 201)
            let branch = try #require(made.json["id"]?.string)
            #expect(try await client.post("/v2/vals/\(val)/branches", ["name": "try-out"]).status == 409)
            #expect(try await client.post("/v2/vals/\(val)/branches", ["name": "a b"]).status == 400)
            #expect(try await client.put("/v2/vals/\(val)/files?path=a.ts&branch_id=\(branch)", ["content": "2"]).status == 200)
            #expect(try await client.get("/v2/vals/\(val)/files/content?path=a.ts").text == "1")
            #expect(try await client.get("/v2/vals/\(val)/files/content?path=a.ts&branch_id=\(branch)").text == "2")
            let all = try await client.get("/v2/vals/\(val)/branches").json["data"]?.array ?? []
            #expect(all.compactMap { $0["name"]?.string } == ["main", "try-out"])
            #expect(all[1]["forkedBranchId"] == all[0]["id"])
            let main = try #require(all[0]["id"]?.string)
            #expect(try await client.delete("/v2/vals/\(val)/branches/\(main)").status == 400)
            #expect(try await client.delete("/v2/vals/\(val)/branches/\(branch)").status == 204)
            #expect(try await client.get("/v2/vals/\(val)/branches/\(branch)").status == 404)
        }
    }

    @Test func `environment variables go in and their values never come out`() async throws {
        try await withSandbox { client async throws in
            let val = try await client.newVal("configured")
            let path = "/v2/vals/\(val)/environment_variables"
            let made = try await client.post(path, ["key": "API_KEY", "value": "canary-value", "description": "For the API"])
            #expect(made.status == 201)
            #expect(try await client.post(path, ["key": "API_KEY", "value": "x"]).status == 409)
            #expect(try await client.post(path, ["key": "1X", "value": "x"]).status == 400)
            #expect(try await client.put(path + "/API_KEY", ["value": "canary-2"]).status == 201)
            #expect(try await client.put(path + "/OTHER", ["value": "x"]).status == 404)
            let list = try await client.get(path)
            #expect(try list.json["data"]?.array?.first?["description"]?.string == "For the API")
            #expect(!list.text.contains("canary") && !made.text.contains("canary"))
            #expect(try await client.delete(path + "/API_KEY").status == 204)
            #expect(try await client.delete(path + "/API_KEY").status == 404)
        }
    }
}
