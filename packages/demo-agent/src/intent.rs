//! What a request asks for, told from its words. No AI: a verb at its beginning and what follows.

use crate::prompt::starts_with;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Intent {
    List { path: String },
    Read { path: String },
    Find { pattern: String },
    Search { text: String, path: Option<String> },
    Write { path: String, text: String },
    Append { path: String, text: String },
    Replace { path: String, from: String, to: String },
    Delete { path: String },
    Run { command: String, background: bool },
    Todo { items: Vec<String> },
    Summarise,
    Fetch { url: String },
    SearchWeb { term: String },
    Mcp { server: String, tool: String },
    Recall,
    Think { about: String },
}

impl Intent {
    /// Whether it changes nothing and leaves the machine alone.
    pub fn only_reads(&self) -> bool {
        use Intent::*;
        matches!(self, List { .. } | Read { .. } | Find { .. } | Search { .. } | Summarise | Recall | Think { .. } | Todo { .. })
    }
}

/// The phrases understood, for people.
pub const PHRASES: &[&str] = &[
    "list the files in src",
    "read README.md",
    "find *.rs",
    "search for TODO in src",
    "create notes.txt with \"hello\"",
    "append \"a line\" to notes.txt",
    "replace \"hello\" with \"goodbye\" in notes.txt",
    "delete notes.txt",
    "run `git status`",
    "make a todo list: one, two, three",
    "summarise this project",
    "fetch https://example.com",
    "what did I ask before?",
    "read a.txt, then delete it (several steps in one prompt)",
];

const VERBS: &[&str] = &[
    "list ",
    "ls",
    "show ",
    "read ",
    "open ",
    "cat ",
    "view ",
    "print ",
    "find ",
    "search ",
    "grep ",
    "look for ",
    "create ",
    "write ",
    "make ",
    "add ",
    "save ",
    "put ",
    "append ",
    "replace ",
    "change ",
    "substitute ",
    "edit ",
    "in ",
    "delete ",
    "remove ",
    "rm ",
    "run ",
    "execute ",
    "$ ",
    "todo",
    "summari",
    "describe ",
    "explain ",
    "what ",
    "overview",
    "fetch ",
    "download ",
    "use ",
    "call ",
    "think",
    "plan ",
    "give me an overview",
    "tell me about ",
    "who ",
];

pub fn begins_request(text: &str) -> bool {
    VERBS.iter().any(|verb| starts_with(text, verb))
}

/// What a request asks for, if it is understood.
pub fn understand(request: &str) -> Option<Intent> {
    let text = without_stop(request.trim().trim_end_matches(['!', '?']).trim_end());
    let after = |verbs: &[&str]| verbs.iter().find(|verb| starts_with(text, verb)).map(|verb| text[verb.len()..].trim());
    let lower = text.to_lowercase();

    if let Some(rest) = after(&["run ", "execute ", "$ "]) {
        return command(rest);
    }
    if ["what did i ", "what have i ", "do you remember", "what was my "].iter().any(|words| lower.starts_with(words)) {
        return Some(Intent::Recall);
    }
    if let Some(rest) = after(&["search the web for ", "web search for ", "google ", "search online for "]) {
        return Some(Intent::SearchWeb { term: unquoted(rest).to_owned() });
    }
    if let Some(url) =
        text.split_whitespace().map(trimmed).find(|word| word.starts_with("http://") || word.starts_with("https://"))
    {
        return Some(Intent::Fetch { url: url.to_owned() });
    }
    if let Some(rest) =
        after(&["make a todo list", "make a to-do list", "create a todo list", "write a todo list", "todo list", "todos", "todo"])
    {
        let items = rest.trim_start_matches([':', ' ']).trim_start_matches("of ").trim_start_matches("for ");
        let items: Vec<String> = items.split(',').map(trimmed).filter(|item| !item.is_empty()).map(str::to_owned).collect();
        return (!items.is_empty()).then_some(Intent::Todo { items });
    }
    if let Some(rest) = after(&["use mcp ", "call mcp ", "use the mcp tool ", "call the mcp tool "]) {
        let mut words = rest.split([' ', ':', '/']).map(trimmed);
        return Some(Intent::Mcp { server: words.next()?.to_owned(), tool: words.next()?.to_owned() });
    }
    if let Some(rest) = after(&["think about ", "think aloud about ", "think aloud", "think out loud", "think"]) {
        return Some(Intent::Think { about: rest.to_owned() });
    }
    if let Some(rest) = after(&["append ", "add "])
        && let Some(intent) = append(rest)
    {
        return Some(intent);
    }
    if let Some(rest) = after(&["replace ", "change ", "substitute ", "in ", "edit "])
        && let Some(intent) = replace(text, rest)
    {
        return Some(intent);
    }
    if let Some(rest) = after(&["create ", "write ", "make ", "add ", "save ", "put "]) {
        return write(rest);
    }
    if let Some(rest) = after(&["delete ", "remove ", "rm "]) {
        return Some(Intent::Delete { path: file(rest)? });
    }
    let about_project = ["project", "repo", "codebase", "workspace"].iter().any(|word| lower.contains(word));
    if ["summari", "overview", "give me an overview"].iter().any(|words| lower.starts_with(words))
        || (about_project && ["describe", "explain", "what ", "tell me about"].iter().any(|words| lower.starts_with(words)))
    {
        return Some(Intent::Summarise);
    }
    look(text, &lower)
}

/// Listing, reading and searching.
fn look(text: &str, lower: &str) -> Option<Intent> {
    let after = |verbs: &[&str]| verbs.iter().find(|verb| starts_with(text, verb)).map(|verb| text[verb.len()..].trim());
    let listing = [
        "list",
        "ls",
        "show files",
        "show the files",
        "show me the files",
        "show me files",
        "show all files",
        "what files",
        "which files",
    ];
    if listing.iter().any(|words| lower.starts_with(words)) {
        let directory = lower.rfind(" in ").map(|at| at + 4).or_else(|| lower.rfind(" of ").map(|at| at + 4));
        let named =
            directory.and_then(|at| text.get(at..)).or_else(|| after(&["ls "])).map(|path| unquoted(trimmed(path)).to_owned());
        let here = ["this", "the", "here", "current", "my"];
        let path = named.filter(|path| !path.split(' ').next().is_some_and(|word| here.contains(&word)) && !path.is_empty());
        return Some(Intent::List { path: path.unwrap_or_else(|| ".".to_owned()) });
    }
    if let Some(rest) =
        after(&["find files named ", "find all files named ", "find files called ", "find all ", "find files ", "find ", "glob "])
        && rest.contains('*')
    {
        return Some(Intent::Find { pattern: unquoted(trimmed(rest)).to_owned() });
    }
    if let Some(rest) = after(&["find files named ", "find files called ", "find the file ", "find file "]) {
        return Some(Intent::Find { pattern: format!("*{}*", unquoted(trimmed(rest))) });
    }
    if let Some(rest) = after(&["search for ", "search the code for ", "search ", "grep for ", "grep ", "look for ", "find "]) {
        let (what, path) = match rest.rsplit_once(" in ") {
            Some((what, path)) if !quoted(path).is_empty() || !path.contains(' ') => {
                (what, Some(unquoted(trimmed(path)).to_owned()))
            }
            _ => (rest, None),
        };
        let text = unquoted(what.trim()).to_owned();
        return (!text.is_empty()).then_some(Intent::Search { text, path });
    }
    let rest = after(&["read ", "open ", "cat ", "view ", "print ", "show me ", "show ", "what is in ", "what's in "])?;
    Some(Intent::Read { path: file(rest)? })
}

fn command(rest: &str) -> Option<Intent> {
    const BEFORE: &[&str] = &["the exact shell command", "the shell command", "the command", "command", "this", ":"];
    let background = rest.ends_with("in the background");
    let mut line = rest.trim_end_matches("in the background").trim();
    while let Some(words) = BEFORE.iter().find(|words| starts_with(line, words) && !line.starts_with('`')) {
        line = line[words.len()..].trim_start();
    }
    let fenced = line.strip_prefix("```").and_then(|rest| rest.split_once("```")).map(|(code, _)| code);
    let line = match fenced {
        Some(code) => code.split_once('\n').map_or(code, |(_, code)| code),
        None => quoted(line).into_iter().next().filter(|_| line.contains('`')).unwrap_or(line),
    };
    let line = line.trim();
    (!line.is_empty()).then(|| Intent::Run { command: line.to_owned(), background })
}

fn append(rest: &str) -> Option<Intent> {
    if let Some((path, text)) = rest.strip_prefix("to ").and_then(|rest| rest.split_once(':')) {
        return Some(Intent::Append { path: file(path)?, text: content(text) });
    }
    let (text, path) = rest.rsplit_once(" to ").or_else(|| rest.rsplit_once(" at the end of "))?;
    let path = path.trim_start_matches("the end of ");
    let text = if quoted(text).is_empty() { text.trim_start_matches("the line ").trim_start_matches("a line ") } else { text };
    Some(Intent::Append { path: file(path)?, text: content(text) })
}

fn replace(text: &str, rest: &str) -> Option<Intent> {
    // "in FILE replace X with Y" or "replace X with Y in FILE".
    let quotes = quoted(rest);
    let in_front = starts_with(text, "in ") || starts_with(text, "edit ");
    let path =
        if in_front { file(rest.split_once(' ').map_or(rest, |(path, _)| path))? } else { file(rest.rsplit_once(" in ")?.1)? };
    let changed = quotes.into_iter().filter(|quote| *quote != path).collect::<Vec<_>>();
    if let [from, to, ..] = changed[..] {
        return Some(Intent::Replace { path, from: from.to_owned(), to: to.to_owned() });
    }
    let words = if in_front {
        rest.split_once(" replace ").or_else(|| rest.split_once(" change "))?.1
    } else {
        rest.rsplit_once(" in ")?.0
    };
    let (from, to) = words.split_once(" with ").or_else(|| words.split_once(" by ")).or_else(|| words.split_once(" to "))?;
    Some(Intent::Replace { path, from: unquoted(from.trim()).to_owned(), to: unquoted(to.trim()).to_owned() })
}

fn write(rest: &str) -> Option<Intent> {
    const BETWEEN: &[&str] = &[
        " with the content ",
        " with the text ",
        " with content ",
        " containing ",
        " with ",
        " that says ",
        " saying ",
        ": ",
        ":\n",
        "\n",
    ];
    // "TEXT into FILE"
    if let Some((text, path)) = rest.rsplit_once(" into ").or_else(|| rest.rsplit_once(" to "))
        && let Some(path) = file(path)
    {
        return Some(Intent::Write { path, text: content(text) });
    }
    let between = BETWEEN.iter().filter_map(|words| rest.find(words).map(|at| (at, words.len()))).min();
    let (name, text) = between.map_or((rest, ""), |(at, length)| (&rest[..at], &rest[at + length..]));
    Some(Intent::Write { path: file(name)?, text: content(text) })
}

/// Text as it goes into a file: unquoted, and ending in a newline.
fn content(text: &str) -> String {
    let text = text.trim();
    let fenced = text.strip_prefix("```").and_then(|rest| rest.rsplit_once("```"));
    let text = match fenced {
        Some((code, _)) => code.split_once('\n').map_or(code, |(_, code)| code).trim_end_matches('\n'),
        None => unquoted(text),
    };
    if text.is_empty() { String::new() } else { format!("{}\n", text.replace("\\n", "\n")) }
}

/// The file that a phrase names: what is quoted in it, or the word that looks most like one.
fn file(phrase: &str) -> Option<String> {
    if let Some(name) = quoted(phrase).into_iter().next() {
        return Some(name.to_owned());
    }
    const FILLERS: &[&str] =
        &["the", "a", "an", "file", "new", "called", "named", "me", "contents", "content", "of", "from", "my", "it"];
    let words: Vec<&str> =
        phrase.split_whitespace().map(trimmed).filter(|word| !FILLERS.contains(word) && !word.is_empty()).collect();
    let like_a_file = |word: &&&str| word.contains('.') || word.contains('/');
    let word = words.iter().find(like_a_file).or(if words.len() == 1 { words.first() } else { None });
    word.map(|word| (*word).to_owned())
}

/// What stands between quotes or backticks.
fn quoted(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '`', '“']) {
        let Some(open) = rest[at..].chars().next() else { break };
        let close = if open == '“' { '”' } else { open };
        let inner = &rest[at + open.len_utf8()..];
        let Some(end) = inner.find(close) else { break };
        found.push(&inner[..end]);
        rest = &inner[end + close.len_utf8()..];
    }
    found
}

fn unquoted(text: &str) -> &str {
    let single = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    quoted(text).into_iter().next().or(single).unwrap_or(text)
}

/// A word without the punctuation around it.
fn trimmed(word: &str) -> &str {
    without_stop(word.trim().trim_end_matches([',', ';', ':', '!', '?', ')'])).trim_start_matches('(')
}

/// Text without the full stop of its sentence; `..` and `./.` are no sentences.
fn without_stop(text: &str) -> &str {
    text.strip_suffix('.').filter(|rest| !rest.is_empty() && !rest.ends_with(['.', '/'])).unwrap_or(text)
}

#[cfg(test)]
mod tests;
