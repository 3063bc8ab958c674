#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The one question to the file system that reading the settings asks.
enum FileProbe {
    static func isReadable(_ path: String) -> Bool { access(path, R_OK) == 0 }
}
