package import Primitives

/// A tool as `tools/list` shows it.
package struct Tool: Sendable, Equatable {
    package let name: String
    /// For people.
    package let title: String
    /// For the model.
    package let description: String
    /// JSON Schema 2020-12, an object at the root.
    package let inputSchema: JSON
    /// Where there is one, every result that is no error carries `structuredContent` that conforms to it.
    package let outputSchema: JSON?
    package let annotations: ToolAnnotations

    package init(
        name: String, title: String, description: String, inputSchema: JSON, outputSchema: JSON? = nil, annotations: ToolAnnotations
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.inputSchema = inputSchema
        self.outputSchema = outputSchema
        self.annotations = annotations
    }

    var json: JSON {
        .object(omittingNil: [
            "name": .string(name), "title": .string(title), "description": .string(description), "inputSchema": inputSchema,
            "outputSchema": outputSchema, "annotations": annotations.json(title: title),
        ])
    }
}

/// What a client may tell a person about a tool before it is called. All four are always sent: the defaults of the specification are the
/// pessimistic ones, and clients disagree about them.
package struct ToolAnnotations: Sendable, Equatable {
    /// Changes nothing.
    package var readOnly: Bool
    /// May destroy something.
    package var destructive: Bool
    /// A second call with the same arguments changes nothing more.
    package var idempotent: Bool
    /// Reaches beyond the person's own account.
    package var openWorld: Bool

    package init(readOnly: Bool, destructive: Bool, idempotent: Bool, openWorld: Bool) {
        self.readOnly = readOnly
        self.destructive = destructive
        self.idempotent = idempotent
        self.openWorld = openWorld
    }

    func json(title: String) -> JSON {
        [
            "title": .string(title), "readOnlyHint": .bool(readOnly), "destructiveHint": .bool(destructive),
            "idempotentHint": .bool(idempotent), "openWorldHint": .bool(openWorld),
        ]
    }
}
