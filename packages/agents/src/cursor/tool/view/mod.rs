//! Tool calls as people read them. Every field is what the program told.

mod conversation;
mod file;
mod mcp;
mod search;
mod shell;

use domain::ToolView;
use serde_json::Value;

use super::{field, kind};

/// The JSON that a view is made from; `Null` where there is none.
pub struct Call<'a> {
    pub args: &'a Value,
    pub result: &'a Value,
    /// What the result holds if the tool did its work, well or badly.
    pub done: &'a Value,
    pub description: Option<String>,
}

impl<'a> Call<'a> {
    pub fn new(args: Option<&'a Value>, result: Option<&'a Value>, description: Option<String>) -> Self {
        let result = result.unwrap_or(&Value::Null);
        let done = result.get("success").or_else(|| result.get("failure")).unwrap_or(&Value::Null);
        Self { args: args.unwrap_or(&Value::Null), result, done, description }
    }

    /// The first of these fields, as the result tells it or else as it was asked for.
    fn text(&self, names: &[&str]) -> Option<String> {
        field::filled(self.done, names)
            .or_else(|| field::filled(self.args, names))
            .or_else(|| field::filled(self.result.get("rejected")?, names))
    }

    /// What was asked for.
    fn asked(&self, names: &[&str]) -> Option<String> {
        field::text(self.args, names)
    }
}

pub fn of(kind: &str, function: Option<&str>, call: &Call<'_>) -> ToolView {
    match kind::bare(kind) {
        "read" => file::read(call),
        "edit" | "write" => file::edit(call),
        "delete" => file::delete(call),
        "ls" => file::list(call),
        "shell" => shell::shell(call),
        "glob" => search::glob(call),
        "grep" => search::grep(call),
        "semSearch" => search::semantic(call),
        "webSearch" => search::web(call),
        "webFetch" => search::fetch(call),
        "mcp" => mcp::call(call),
        "getMcpTools" => mcp::tools(call),
        "updateTodos" | "todo" => conversation::todos(call),
        "task" => conversation::task(call),
        "askQuestion" => conversation::question(call),
        "createPlan" => conversation::plan(call),
        bare => ToolView::Other { name: function.unwrap_or(bare).to_owned() },
    }
}
