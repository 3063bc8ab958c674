// swift-tools-version: 6.1
import PackageDescription

// Who may touch what is the architecture: every arrow between targets is declared here, and the build refuses an import that is not
// (`--explicit-target-dependency-import-check error`). The adapters at the bottom are the only importers of their libraries.

let swift: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

func library(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: swift)
}

func suite(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: swift)
}

let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]

let package = Package(
    name: "drawbridge",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "drawbridge", targets: ["drawbridge"])],
    // Pinned: the program is built from exactly what its tests ran against.
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1", traits: []),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", exact: "5.7.1"),
    ],
    targets: [
        // The domain
        library("Primitives", []),
        library("OAuth", ["Primitives"]),
        library("SodiumCrypto", ["Primitives", "CSodium"]),
        library("Vault", ["Primitives", "SodiumCrypto"]),
        library("AuthorizationServer", ["Primitives", "OAuth", "SodiumCrypto", "Vault"]),
        library("MCP", ["Primitives"]),
        library("Upstream", ["Primitives", "MCP", .product(name: "Yams", package: "Yams")]),

        // What people and clients see
        library("Pages", [.product(name: "Mustache", package: "swift-mustache")]),
        library("Endpoints", ["Primitives", "OAuth", "AuthorizationServer", "Vault", "MCP", "Upstream", "Pages", httpTypes]),

        // Adapters
        library("HTTPEdge", ["Endpoints", hummingbirdCore, lifecycle, logging, httpTypes] + nio),
        library("SQLiteStorage", ["Primitives", "OAuth", "SodiumCrypto", "Vault", "AuthorizationServer", grdb]),
        library(
            "TokenSigning",
            [
                "Primitives", "OAuth", "SodiumCrypto", "Vault", "AuthorizationServer", .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "Crypto", package: "swift-crypto"), .product(name: "CryptoExtras", package: "swift-crypto"),
            ]),
        library(
            "UpstreamHTTP",
            [
                "Primitives", "Upstream", logging, .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"), httpTypes,
            ] + nio),
        library("Sandbox", ["Primitives", hummingbird, lifecycle, logging, httpTypes, grdb] + nio),
        .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),

        // Nothing else knows both sides
        .executableTarget(
            name: "drawbridge",
            dependencies: [
                "Primitives", "OAuth", "SodiumCrypto", "Vault", "AuthorizationServer", "MCP", "Upstream", "Pages", "Endpoints", "HTTPEdge",
                "SQLiteStorage", "TokenSigning", "UpstreamHTTP", "Sandbox", logging, lifecycle, httpTypes,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"), .product(name: "Yams", package: "Yams"),
            ], swiftSettings: swift),

        .target(
            name: "TestKit",
            dependencies: [
                "Primitives", "OAuth", "SodiumCrypto", "CSodium", "Vault", "AuthorizationServer", "SQLiteStorage", "TokenSigning", grdb,
            ],
            path: "Tests/TestKit", swiftSettings: swift),
        suite("PrimitivesTests", ["Primitives", "TestKit"]),
        suite("OAuthTests", ["OAuth", "Primitives", "TestKit"]),
        suite("SodiumCryptoTests", ["SodiumCrypto", "Primitives", "TestKit"]),
        suite("VaultTests", ["Vault", "SodiumCrypto", "Primitives", "TestKit"]),
        suite(
            "AuthorizationServerTests",
            ["AuthorizationServer", "OAuth", "Vault", "SodiumCrypto", "SQLiteStorage", "TokenSigning", "Primitives", "TestKit"]),
        suite(
            "SQLiteStorageTests", ["SQLiteStorage", "AuthorizationServer", "OAuth", "Vault", "SodiumCrypto", "Primitives", "TestKit", grdb]),
        suite("TokenSigningTests", ["TokenSigning", "AuthorizationServer", "OAuth", "Vault", "SodiumCrypto", "Primitives", "TestKit"]),
        suite("MCPTests", ["MCP", "Primitives"]),
        suite("UpstreamTests", ["Upstream", "MCP", "Primitives"]),
        suite(
            "UpstreamHTTPTests",
            ["UpstreamHTTP", "Upstream", "Primitives", logging, .product(name: "NIOSSL", package: "swift-nio-ssl")] + nio),
        suite("PagesTests", ["Pages"]),
        suite("SandboxTests", ["Sandbox", "Primitives", lifecycle, logging] + nio),
        suite("HTTPEdgeTests", ["HTTPEdge", "Endpoints", lifecycle, logging, httpTypes] + nio),
        suite(
            "EndpointsTests",
            [
                "Endpoints", "AuthorizationServer", "OAuth", "Vault", "SodiumCrypto", "SQLiteStorage", "TokenSigning", "MCP", "Upstream",
                "Pages", "Primitives",
                "TestKit", httpTypes,
            ]),
        suite("drawbridgeTests", ["drawbridge", "Primitives", "UpstreamHTTP", logging]),
    ],
    swiftLanguageModes: [.v6]
)
