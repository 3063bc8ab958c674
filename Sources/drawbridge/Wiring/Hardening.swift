import Foundation

extension Process {
    /// Files that only their owner can read, and no core dumps: a dump of this process would hold the keyring.
    static func hardenMemory() {
        umask(0o077)
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    }
}
