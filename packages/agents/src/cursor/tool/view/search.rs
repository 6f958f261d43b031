//! Views of searching: by name, by text, by meaning, and on the web.

use domain::{
    ToolView,
    tool::{GrepMatch, WebReference},
};
use serde_json::Value;

use super::{Call, field};

pub fn glob(call: &Call<'_>) -> ToolView {
    ToolView::Glob {
        pattern: field::filled(call.args, &["globPattern", "pattern"])
            .or_else(|| field::text(call.done, &["pattern"]))
            .unwrap_or_default(),
        directory: field::filled(call.args, &["targetDirectory"]).or_else(|| field::filled(call.done, &["path"])),
        files: field::texts(call.done, "files"),
        total: field::number(call.done, &["totalFiles"]),
    }
}

pub fn grep(call: &Call<'_>) -> ToolView {
    let mut matches = Vec::new();
    let mut total = None;
    for results in call.done["workspaceResults"].as_object().into_iter().flat_map(|workspaces| workspaces.values()) {
        for found in results.as_object().into_iter().flat_map(|variants| variants.values()) {
            lines(found, &mut matches);
            files(found, &mut matches);
            if let Some(count) = field::number(found, &["totalMatchedLines", "totalMatches", "totalFiles"]) {
                total = Some(total.unwrap_or(0) + count);
            }
        }
    }
    ToolView::Grep { pattern: call.text(&["pattern"]).unwrap_or_default(), path: call.text(&["path"]), matches, total }
}

/// Matching lines by file, without those around them.
fn lines(found: &Value, matches: &mut Vec<GrepMatch>) {
    for file in field::list(found, "matches") {
        let name = field::text(file, &["file"]).unwrap_or_default();
        for line in field::list(file, "matches").iter().filter(|line| !field::flag(line, "isContextLine")) {
            matches.push(GrepMatch {
                file: name.clone(),
                line: field::number(line, &["lineNumber"]),
                text: field::text(line, &["content"]),
            });
        }
    }
}

/// Files alone, or with how often they match.
fn files(found: &Value, matches: &mut Vec<GrepMatch>) {
    for file in field::list(found, "files").iter().chain(field::list(found, "counts")) {
        if let Some(name) = file.as_str().map(str::to_owned).or_else(|| field::text(file, &["file", "path"])) {
            let count = field::number(file, &["count"]).map(|count| count.to_string());
            matches.push(GrepMatch { file: name, line: None, text: count });
        }
    }
}

pub fn semantic(call: &Call<'_>) -> ToolView {
    ToolView::SemanticSearch {
        query: call.asked(&["query"]).unwrap_or_default(),
        directories: field::texts(call.args, "targetDirectories"),
    }
}

pub fn web(call: &Call<'_>) -> ToolView {
    let reference = |reference: &Value| WebReference {
        title: field::text(reference, &["title"]).unwrap_or_default(),
        url: field::text(reference, &["url"]).unwrap_or_default(),
    };
    ToolView::WebSearch {
        term: call.asked(&["searchTerm"]).unwrap_or_default(),
        references: field::list(call.done, "references").iter().map(reference).collect(),
    }
}

pub fn fetch(call: &Call<'_>) -> ToolView {
    ToolView::WebFetch { url: call.text(&["url"]).unwrap_or_default(), markdown: field::text(call.done, &["markdown"]) }
}
