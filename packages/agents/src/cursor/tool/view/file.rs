//! Views of reading, changing, deleting and listing files.

use domain::ToolView;
use serde_json::Value;

use super::{Call, field};

pub fn read(call: &Call<'_>) -> ToolView {
    let range = &call.done["readRange"];
    let first = field::number(call.args, &["offset"]);
    let last = field::number(call.args, &["limit"]).map(|limit| first.unwrap_or(1).saturating_add(limit).saturating_sub(1));
    ToolView::Read {
        path: call.text(&["path"]).unwrap_or_default(),
        start_line: field::number(range, &["startLine"]).or(first),
        end_line: field::number(range, &["endLine"]).or(last),
        total_lines: field::number(call.done, &["totalLines"]),
        content: field::text(call.done, &["content"]),
    }
}

pub fn edit(call: &Call<'_>) -> ToolView {
    let diff =
        field::filled(call.done, &["diffString"]).or_else(|| field::filled(call.args.get("applyPatch")?, &["patchContent"]));
    // Told by the absence of the text before; the diff says the same of an empty file, though.
    let created =
        diff.as_deref().is_some_and(|diff| diff.starts_with("--- /dev/null")) && call.done.get("beforeFullFileContent").is_none();
    ToolView::Edit {
        path: call.text(&["path"]).unwrap_or_default(),
        content: if diff.is_none() { replacement(call.args) } else { None },
        diff,
        lines_added: field::number(call.done, &["linesAdded", "linesCreated"]),
        lines_removed: field::number(call.done, &["linesRemoved"]),
        created,
    }
}

/// The new text, in the forms that the builds have had for it.
fn replacement(args: &Value) -> Option<String> {
    let new_text = |edit: &Value| field::text(edit, &["newText", "newString", "new_string"]);
    field::text(args, &["streamContent", "fileText", "contents"]).or_else(|| new_text(args.get("strReplace")?)).or_else(|| {
        let texts: Vec<String> = field::list(args.get("multiStrReplace")?, "edits").iter().filter_map(new_text).collect();
        (!texts.is_empty()).then(|| texts.join("\n"))
    })
}

pub fn delete(call: &Call<'_>) -> ToolView {
    ToolView::Delete { path: call.text(&["path", "deletedFile"]).unwrap_or_default() }
}

pub fn list(call: &Call<'_>) -> ToolView {
    let root = &call.done["directoryTreeRoot"];
    let mut entries = Vec::new();
    match root {
        Value::String(text) => entries.extend(text.lines().map(str::to_owned)),
        _ => walk(root, "", &mut entries),
    }
    let path = call.text(&["path"]).or_else(|| field::text(root, &["absPath", "path", "name"]));
    ToolView::List { path: path.unwrap_or_default(), entries }
}

/// No listing was ever recorded, so any nesting of named things will do.
fn walk(directory: &Value, prefix: &str, entries: &mut Vec<String>) {
    let Some(fields) = directory.as_object() else { return };
    for children in fields.values().filter_map(Value::as_array) {
        for child in children {
            let name = child.as_str().map(str::to_owned).or_else(|| field::filled(child, &["name", "absPath", "path"]));
            let Some(name) = name else { continue };
            let name = name.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            let is_directory = child.as_object().is_some_and(|child| child.values().any(Value::is_array));
            let path = format!("{prefix}{name}{}", if is_directory { "/" } else { "" });
            entries.push(path.clone());
            walk(child, &path, entries);
        }
    }
}
