package import OAuth
package import Primitives

/// The refresh tokens of one grant: one chain, in which each token has one successor.
///
/// The answer to a refresh can get lost, so the direct predecessor may be presented again and gets *the same* successor. That successor lies
/// locked under the predecessor, so nothing readable is stored. Once the grace is over and the successor was seen, the predecessor is a
/// replay, and so is everything older at once: then the family ends (RFC 9700 §4.14.2).
package struct TokenFamily: Sendable, Equatable {
    /// The code that started the family, kept to tell a replay of it.
    package struct SpentCode: Sendable, Equatable {
        package let digest: [UInt8]
        package let challenge: CodeChallenge

        package init(digest: [UInt8], challenge: CodeChallenge) {
            self.digest = digest
            self.challenge = challenge
        }
    }

    package struct Current: Sendable, Equatable {
        package let digest: [UInt8]
        /// The grant's secret key, locked under this token.
        package let lockedKey: [UInt8]
        package let issuedAt: UnixTime

        package init(digest: [UInt8], lockedKey: [UInt8], issuedAt: UnixTime) {
            self.digest = digest
            self.lockedKey = lockedKey
            self.issuedAt = issuedAt
        }
    }

    package struct Predecessor: Sendable, Equatable {
        package let digest: [UInt8]
        package let retryUntil: UnixTime
        /// The current token, locked under this one; `nil` once it may not be asked for any more.
        package var lockedSuccessor: [UInt8]?

        package init(digest: [UInt8], retryUntil: UnixTime, lockedSuccessor: [UInt8]?) {
            self.digest = digest
            self.retryUntil = retryUntil
            self.lockedSuccessor = lockedSuccessor
        }
    }

    package let spentCode: SpentCode
    /// Of the current token; the first one has 0.
    package private(set) var generation: Int64
    package private(set) var current: Current
    package private(set) var predecessor: Predecessor?
    /// The current token, or an access token issued with it, was used.
    package private(set) var currentSeen: Bool

    package init(
        spentCode: SpentCode, generation: Int64 = 0, current: Current, predecessor: Predecessor? = nil, currentSeen: Bool = false
    ) {
        self.spentCode = spentCode
        self.generation = generation
        self.current = current
        self.predecessor = predecessor
        self.currentSeen = currentSeen
    }

    /// What a refresh token is to its family.
    package enum Standing: Sendable, Equatable {
        case current
        /// The direct predecessor, and its answer may still be asked for again.
        case retry(lockedSuccessor: [UInt8])
        /// Genuine, and used before.
        case reused
        case idleTooLong
        /// Of a generation that this row does not know: the row is older than the token.
        case unknown
    }

    package func standing(of token: OpaqueToken, idle: Int64, at now: UnixTime) -> Standing {
        if token.generation == generation, constantTimeEqual(token.digest, current.digest) {
            return now < current.issuedAt + idle ? .current : .idleTooLong
        }
        guard token.generation < generation else { return .unknown }
        guard let predecessor, token.generation == generation - 1, constantTimeEqual(token.digest, predecessor.digest),
            let successor = predecessor.lockedSuccessor, now < predecessor.retryUntil || !currentSeen
        else { return .reused }
        return now < current.issuedAt + idle ? .retry(lockedSuccessor: successor) : .idleTooLong
    }

    /// The one step of the chain.
    /// - Parameters:
    ///   - next: the new current token.
    ///   - lockedKey: the grant's secret key under it.
    ///   - lockedSuccessor: the new token under the one it replaces; `nil` where no retry is allowed at all.
    package mutating func rotate(to next: OpaqueToken, lockedKey: [UInt8], lockedSuccessor: [UInt8]?, grace: Int64, at now: UnixTime) {
        predecessor = Predecessor(digest: current.digest, retryUntil: now + grace, lockedSuccessor: grace > 0 ? lockedSuccessor : nil)
        current = Current(digest: next.digest, lockedKey: lockedKey, issuedAt: now)
        generation = next.generation
        currentSeen = false
    }

    /// The current token's holder has shown that the answer arrived.
    /// - Returns: whether that was news.
    package mutating func markSeen(generation seen: Int64, at now: UnixTime) -> Bool {
        guard seen == generation, predecessor?.lockedSuccessor != nil else { return false }
        let isNews = !currentSeen
        currentSeen = true
        return eraseSpentSuccessor(at: now) || isNews
    }

    /// Erases the locked successor once it may not be asked for any more.
    package mutating func eraseSpentSuccessor(at now: UnixTime) -> Bool {
        guard currentSeen, let predecessor, predecessor.lockedSuccessor != nil, now >= predecessor.retryUntil else { return false }
        self.predecessor?.lockedSuccessor = nil
        return true
    }

    func write(to row: inout ByteWriter) {
        row.append(spentCode.digest)
        row.append(spentCode.challenge.text)
        row.append(generation)
        row.append(current.digest)
        row.append(current.issuedAt.seconds)
        row.append(optional: predecessor?.digest)
        row.append(optional: predecessor?.retryUntil.seconds)
        row.append(Int64(currentSeen ? 1 : 0))
    }
}
