//! The kinds of tool calls, and what the public API calls them.

use serde_json::Value;

/// The fallback of the CLI: a call that has only a name.
pub const FUNCTION: &str = "function";

const SUFFIX: &str = "ToolCall";

/// The key that names the kind. Newer builds put other keys beside it.
pub fn find(wrapper: &Value) -> Option<&str> {
    let is_kind = |(key, value): &(&String, &Value)| {
        value.is_object() && (key.as_str() == FUNCTION || (key.len() > SUFFIX.len() && key.ends_with(SUFFIX)))
    };
    wrapper.as_object()?.iter().find(is_kind).map(|(key, _)| key.as_str())
}

/// The kind without its `ToolCall`.
pub fn bare(kind: &str) -> &str {
    kind.strip_suffix(SUFFIX).unwrap_or(kind)
}

/// `function`: the name within a call of the kind `function`.
pub fn public_name(kind: &str, function: Option<&str>) -> String {
    let name = match bare(kind) {
        FUNCTION => return function.unwrap_or(FUNCTION).to_owned(),
        "read" => "read_file",
        "shell" => "run_terminal_cmd",
        "edit" => "edit_file",
        "write" => "write",
        "delete" => "delete_file",
        "ls" => "list_dir",
        "glob" => "glob_file_search",
        "grep" => "grep",
        "semSearch" => "codebase_search",
        "updateTodos" | "todo" => "todo_write",
        other => return snake_case(other),
    };
    name.to_owned()
}

fn snake_case(text: &str) -> String {
    let mut snake = String::with_capacity(text.len() + 4);
    for char in text.chars() {
        if char.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(char.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_kind_is_found_among_other_keys() {
        let wrapper = json!({ "description": "x", "toolCallId": "y", "ToolCall": {}, "xToolCall": 1, "readToolCall": {} });
        assert_eq!(find(&wrapper), Some("readToolCall"));
        assert_eq!(find(&json!({ "function": {} })), Some(FUNCTION));
        assert_eq!(find(&json!(["readToolCall"])), None);
    }

    #[test]
    fn public_names() {
        for (kind, name) in [
            ("readToolCall", "read_file"),
            ("semSearchToolCall", "codebase_search"),
            ("todoToolCall", "todo_write"),
            ("getMcpToolsToolCall", "get_mcp_tools"),
            ("webFetchToolCall", "web_fetch"),
            ("askQuestionToolCall", "ask_question"),
            ("createPlanToolCall", "create_plan"),
            ("reportBugfixResultsToolCall", "report_bugfix_results"),
            ("mcpToolCall", "mcp"),
        ] {
            assert_eq!(public_name(kind, None), name);
        }
        assert_eq!(public_name(FUNCTION, Some("mine")), "mine");
    }
}
