//! The web and MCP: refused where the rules say so, and out of reach where they do not.

use std::io;

use serde_json::{Value, json};

use super::Work;

impl Work<'_> {
    pub(super) fn fetch(&mut self, url: &str) -> io::Result<()> {
        self.stream.say(&format!("I'll fetch {url}.\n"))?;
        let mut call = self.call("webFetch", Value::Null);
        call.set_args(json!({ "url": url, "toolCallId": call.id }));
        let host = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = host.split(['/', '?', '#', ':']).next().unwrap_or_default();
        let allowed = self.rules.may_fetch(host);
        call.start(self.stream)?;
        let answer = if allowed { json!({ "approved": {} }) } else { json!({ "rejected": { "reason": "User Rejected" } }) };
        self.stream.query("webFetch", call.args(), &answer)?;
        if allowed {
            return self.fail(&call, "the demo agent has no network".to_owned());
        }
        self.refuse(&call, json!({}), "User Rejected", format!("**Refused.** Fetching {url} is not allowed."))
    }

    pub(super) fn search_web(&mut self, term: &str) -> io::Result<()> {
        self.stream.say(&format!("I'll search the web for {term}.\n"))?;
        self.stream.flush()?;
        let mut call = self.call("webSearch", Value::Null);
        call.set_args(json!({ "searchTerm": term, "toolCallId": call.id }));
        if self.rules.may_search_web() {
            self.stream.query("webSearch", call.args(), &json!({ "approved": {} }))?;
            call.start(self.stream)?;
            return self.fail(&call, "the demo agent has no network".to_owned());
        }
        // As recorded: a refused search is never said to have started.
        self.stream.query("webSearch", call.args(), &json!({ "rejected": { "reason": "User Rejected" } }))?;
        self.refuse(&call, json!({}), "User Rejected", "**Refused.** Searching the web is not allowed.".to_owned())
    }

    pub(super) fn mcp(&mut self, server: &str, tool: &str) -> io::Result<()> {
        self.stream.say(&format!("I'll call `{tool}` of the MCP server `{server}`.\n"))?;
        let mut call = self.call("mcp", Value::Null);
        call.set_args(json!({
            "name": format!("{server}-{tool}"), "args": {}, "toolCallId": call.id, "providerIdentifier": server, "toolName": tool,
        }));
        call.start(self.stream)?;
        if self.rules.may_call(server, tool) {
            return self.fail(&call, "the demo agent has no MCP servers".to_owned());
        }
        let reason = format!("MCP tool execution rejected by user: {server}-{tool} ");
        self.refuse(
            &call,
            json!({ "isReadonly": false }),
            &reason,
            format!("**Refused.** `{tool}` of `{server}` is not allowed."),
        )
    }
}
