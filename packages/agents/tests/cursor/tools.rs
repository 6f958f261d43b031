//! Every kind of tool call, as a person reads it.

use domain::{Outcome, ToolCall, ToolStatus, ToolView, tool::TodoStatus};
use serde_json::{Value, json};

use super::decode;

fn line(subtype: &str, call: Value) -> String {
    json!({ "type": "tool_call", "subtype": subtype, "call_id": "c\nd", "tool_call": call, "session_id": "s" }).to_string()
}

fn completed(kind: &str, args: Value, result: Value) -> ToolCall {
    let effects = decode::whole(line("completed", json!({ kind: { "args": args, "result": result }, "toolCallId": "x" })));
    assert!(decode::notices(&effects).is_empty());
    decode::calls(&effects)[0].clone()
}

fn view(kind: &str, args: Value, result: Value) -> Value {
    serde_json::to_value(completed(kind, args, json!({ "success": result })).view).unwrap()
}

#[test]
fn arguments_are_remembered_until_the_call_completes() {
    let text = [
        line(
            "started",
            json!({ "shellToolCall": { "args": { "command": "curl -s x | grep y", "simpleCommands": ["curl", "grep", "curl"] } } }),
        ),
        line(
            "completed",
            json!({ "shellToolCall": { "result": { "rejected": { "command": "curl -s x | grep y", "workingDirectory": "/w", "reason": "" } } } }),
        ),
        line("completed", json!({ "shellToolCall": { "result": { "rejected": { "command": "curl -s x", "reason": "no" } } } })),
    ];
    let effects = decode::whole(text.join("\n"));
    let calls = decode::calls(&effects);
    assert_eq!((calls[0].call_id.as_str(), calls[0].status, &calls[0].outcome), ("c\nd", ToolStatus::Running, &Outcome::Running));
    assert_eq!(calls[1].args, calls[0].args);
    let refused = |reason: &str, allow: &[&str]| Outcome::Refused {
        reason: reason.into(),
        allow: allow.iter().map(|rule| (*rule).into()).collect(),
    };
    assert_eq!(calls[1].outcome, refused("", &["Shell(curl)", "Shell(grep)"]));
    assert_eq!((&calls[2].args, &calls[2].outcome), (&None, &refused("no", &["Shell(curl)"])));
    assert!(matches!(&calls[2].view, ToolView::Shell { command, .. } if command == "curl -s x"));
}

#[test]
fn outcomes() {
    let outcome = |kind: &str, result: Value| completed(kind, json!({ "url": "https://a.b/c" }), result).outcome;
    assert_eq!(outcome("shellToolCall", json!({ "success": { "exitCode": 0 } })), Outcome::Success);
    assert_eq!(outcome("shellToolCall", json!({ "success": { "exitCode": 2 } })), Outcome::Failure);
    assert_eq!(outcome("shellToolCall", json!({ "failure": { "exitCode": 1 } })), Outcome::Failure);
    assert_eq!(outcome("mcpToolCall", json!({ "success": { "isError": true } })), Outcome::Failure);
    for error in [json!({ "message": "m" }), json!({ "errorMessage": "m" }), json!("m")] {
        assert_eq!(outcome("readToolCall", json!({ "error": error })), Outcome::Error { message: "m".into() });
    }
    let allow = vec!["WebFetch(a.b)".to_owned()];
    let rejected = json!({ "rejected": { "reason": "User Rejected" } });
    assert_eq!(outcome("webFetchToolCall", rejected.clone()), Outcome::Refused { reason: "User Rejected".into(), allow });
    assert_eq!(
        outcome("webSearchToolCall", rejected.clone()),
        Outcome::Refused { reason: "User Rejected".into(), allow: vec![] }
    );
    let call = completed("mcpToolCall", json!({ "name": "s-t", "toolName": "t" }), rejected);
    assert!(matches!(call.outcome, Outcome::Refused { allow, .. } if allow == ["Mcp(s:t)"]));
}

#[test]
fn results_of_unknown_shape_are_kept() {
    let call = completed("shellToolCall", json!({ "command": "x" }), json!({ "timeout": {} }));
    assert_eq!((call.outcome, call.view), (Outcome::Success, ToolView::Other { name: "shell".into() }));
    assert_eq!(call.result, Some(json!({ "timeout": {} })));
    let effects = decode::whole(line("completed", json!({ "function": { "name": "mine", "arguments": "{}" } })));
    let call = decode::calls(&effects)[0];
    assert_eq!((call.name.as_str(), &call.args), ("mine", &Some(json!("{}"))));
    assert_eq!(call.view, ToolView::Other { name: "mine".into() });
}

#[test]
fn edits_in_all_their_forms() {
    let args = json!({ "path": "p", "streamContent": "new" });
    assert_eq!(
        view("editToolCall", args.clone(), json!({ "diffString": "--- /dev/null\n+++ b/p", "linesAdded": 1, "linesRemoved": 0 })),
        json!({ "kind": "edit", "path": "p", "diff": "--- /dev/null\n+++ b/p", "linesAdded": 1, "linesRemoved": 0, "created": true })
    );
    let content = |kind, args: Value| view(kind, args, json!({}))["content"].clone();
    assert_eq!(content("editToolCall", args), "new");
    assert_eq!(content("editToolCall", json!({ "path": "p", "strReplace": { "oldText": "a", "newText": "b" } })), "b");
    assert_eq!(
        content("editToolCall", json!({ "multiStrReplace": { "edits": [{ "newText": "b" }, { "newText": "c" }] } })),
        "b\nc"
    );
    assert_eq!(content("writeToolCall", json!({ "path": "p", "fileText": "t" })), "t");
    assert_eq!(view("editToolCall", json!({ "applyPatch": { "patchContent": "@@" } }), json!({}))["diff"], "@@");
    assert_eq!(view("writeToolCall", json!({}), json!({ "path": "p", "linesCreated": 3 }))["linesAdded"], 3);
}

#[test]
fn files() {
    assert_eq!(
        view("readToolCall", json!({ "path": "p", "offset": 10, "limit": 5 }), json!({})),
        json!({ "kind": "read", "path": "p", "startLine": 10, "endLine": 14 })
    );
    assert_eq!(view("deleteToolCall", json!({ "path": "p" }), json!({})), json!({ "kind": "delete", "path": "p" }));
    let tree = json!({ "absPath": "/w", "childrenDirs": [{ "absPath": "/w/src", "childrenFiles": [{ "name": "a.rs" }] }], "childrenFiles": [{ "name": "b" }] });
    assert_eq!(
        view("lsToolCall", json!({ "path": "/w" }), json!({ "directoryTreeRoot": tree })),
        json!({ "kind": "list", "path": "/w", "entries": ["src/", "src/a.rs", "b"] })
    );
    let tree = json!({ "name": "w", "children": ["a", { "name": "d", "children": [] }] });
    assert_eq!(view("lsToolCall", json!({}), json!({ "directoryTreeRoot": tree }))["entries"], json!(["a", "d/"]));
}

#[test]
fn a_command_in_the_background() {
    let effects = decode::whole(
        r#"{"type":"tool_call","subtype":"completed","call_id":"b","tool_call":{"shellToolCall":{"args":{"command":"python3 -m http.server"},"result":{"isBackground":true,"success":{"pid":4242,"shellId":"s1"}}}}}"#,
    );
    let call = decode::calls(&effects)[0];
    assert_eq!(call.outcome, Outcome::Success);
    let view = serde_json::to_value(&call.view).unwrap();
    assert_eq!(view, json!({ "kind": "shell", "command": "python3 -m http.server", "background": true, "pid": 4242 }));
}

#[test]
fn an_mcp_tool() {
    let effects = decode::whole(
        r#"{"type":"tool_call","subtype":"completed","call_id":"t","tool_call":{"mcpToolCall":{"args":{"name":"vortex-tool_search","args":{"query":"cortex"},"toolName":"tool_search","providerIdentifier":"vortex"},"result":{"success":{"content":[{"text":{"text":"ok"}}],"isError":false}}}},"session_id":"f"}"#,
    );
    let call = decode::calls(&effects)[0];
    assert_eq!((call.name.as_str(), &call.outcome), ("mcp", &Outcome::Success));
    assert_eq!(call.view, ToolView::Mcp { server: Some("vortex".into()), tool: "tool_search".into(), output: Some("ok".into()) });
    let plugin = json!({ "name": "wechat-cc:wechat-ping", "serverIdentifier": "wechat-cc:wechat", "toolName": "ping" });
    assert_eq!(view("mcpToolCall", plugin, json!({})), json!({ "kind": "mcp", "server": "wechat-cc:wechat", "tool": "ping" }));
}

#[test]
fn searches() {
    let results = json!({ "workspaceResults": {
        "/a": { "files": { "files": ["x", { "file": "y" }], "totalFiles": 2 } },
        "/b": { "count": { "counts": [{ "file": "z", "count": 3 }] } },
    } });
    assert_eq!(
        view("grepToolCall", json!({ "pattern": "p" }), results),
        json!({ "kind": "grep", "pattern": "p", "matches": [{ "file": "x" }, { "file": "y" }, { "file": "z", "text": "3" }], "total": 2 })
    );
    let references = json!({ "references": [{ "title": "T", "url": "u", "chunk": "c" }] });
    assert_eq!(
        view("webSearchToolCall", json!({ "searchTerm": "t" }), references),
        json!({ "kind": "webSearch", "term": "t", "references": [{ "title": "T", "url": "u" }] })
    );
    assert_eq!(
        view("semSearchToolCall", json!({ "query": "q", "targetDirectories": ["d"] }), json!({})),
        json!({ "kind": "semanticSearch", "query": "q", "directories": ["d"] })
    );
}

#[test]
fn questions_plans_and_todos() {
    let questions = json!([{ "id": "1", "prompt": "Which?", "options": [{ "id": "a", "label": "A" }, { "id": "b" }] }]);
    assert_eq!(
        view("askQuestionToolCall", json!({ "title": "T", "questions": questions }), json!({})),
        json!({ "kind": "question", "title": "T", "questions": [{ "prompt": "Which?", "options": ["A", "b"] }] })
    );
    assert_eq!(
        view("createPlanToolCall", json!({ "plan": "# P", "name": "N" }), json!({})),
        json!({ "kind": "plan", "name": "N", "plan": "# P" })
    );
    let todos = json!({ "todos": [{ "id": "1", "content": "c", "status": "cancelled" }, { "id": "2", "content": "d", "status": "TODO_STATUS_IN_PROGRESS" }] });
    let call = completed("todoToolCall", todos, json!({ "success": {} }));
    let ToolView::Todos { items } = call.view else { unreachable!("todos") };
    assert_eq!((items[0].status, items[1].status), (TodoStatus::Cancelled, TodoStatus::InProgress));
}
