package import Primitives

package enum ClientKind {}
package typealias ClientID = Identifier<ClientKind>

package enum GrantKind {}
/// One client's connection to one person's account.
package typealias GrantID = Identifier<GrantKind>
