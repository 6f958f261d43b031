//! Views of MCP tools.

use domain::ToolView;
use serde_json::Value;

use super::{Call, field};

impl Call<'_> {
    pub fn mcp_server(&self) -> Option<String> {
        field::filled(self.args, &["providerIdentifier", "serverIdentifier"]).or_else(|| {
            // The name is the server's and the tool's together.
            let name = field::filled(self.args, &["name"])?;
            let server = name.strip_suffix(&field::filled(self.args, &["toolName"])?)?.strip_suffix('-')?;
            (!server.is_empty()).then(|| server.to_owned())
        })
    }

    pub fn mcp_tool(&self) -> Option<String> {
        field::filled(self.args, &["toolName", "name"])
    }
}

pub fn call(call: &Call<'_>) -> ToolView {
    let content = field::list(call.done, "content");
    let output = content.iter().map(block).collect::<Vec<_>>().join("\n");
    ToolView::Mcp {
        server: call.mcp_server(),
        tool: call.mcp_tool().unwrap_or_default(),
        output: if content.is_empty() { field::text(call.done, &["content"]) } else { Some(output) },
    }
}

/// `{"text":{"text":…}}` as the CLI writes it, or MCP's own `{"type":"text","text":…}`.
fn block(block: &Value) -> String {
    let text = &block["text"];
    text.as_str().or_else(|| text["text"].as_str()).map_or_else(|| block.to_string(), str::to_owned)
}

pub fn tools(call: &Call<'_>) -> ToolView {
    ToolView::McpTools {
        server: call.asked(&["server"]),
        tool: call.asked(&["toolName"]),
        output: field::text(call.done, &["content"]),
    }
}
