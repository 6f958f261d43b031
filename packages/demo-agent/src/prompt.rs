//! A prompt taken apart into single requests: lines, list items, sentences joined by "then".
//! Nothing is cut within quotes, backticks or code fences.

/// What a prompt asks for: "go on" means what was asked last.
pub fn meant<'a>(prompt: &'a str, history: &'a [(String, String)]) -> &'a str {
    let asks_to_go_on = |text: &str| {
        let text = text.trim().trim_end_matches(['.', '!']).to_lowercase();
        ["go on", "continue", "try again", "carry on"]
            .iter()
            .any(|phrase| text.ends_with(phrase) || text == format!("{phrase} where you stopped"))
    };
    if !asks_to_go_on(prompt) {
        return prompt;
    }
    let asked = history.iter().rev().filter(|(role, _)| role == "user").map(|(_, text)| text.as_str());
    asked.into_iter().find(|text| !asks_to_go_on(text)).unwrap_or(prompt)
}

/// The requests of a prompt, in order.
pub fn requests(prompt: &str) -> Vec<String> {
    let mut requests = Vec::new();
    let mut request = String::new();
    let mut quote = None;
    let mut rest = prompt;
    while let Some(char) = rest.chars().next() {
        if let Some(fenced) = rest.strip_prefix("```") {
            let end = fenced.find("```").map_or(rest.len(), |end| end + 6);
            request.push_str(&rest[..end]);
            rest = &rest[end..];
            continue;
        }
        if quote.is_none()
            && let Some(length) = separator(rest, &request)
        {
            requests.push(std::mem::take(&mut request));
            rest = &rest[length..];
            continue;
        }
        match quote {
            Some(open) if char == open => quote = None,
            // An apostrophe within a word opens nothing, nor does a quote that is never closed.
            None if matches!(char, '"' | '`' | '\'')
                && !request.ends_with(char::is_alphanumeric)
                && rest[1..].lines().next().is_some_and(|line| line.contains(char)) =>
            {
                quote = Some(char);
            }
            _ => {}
        }
        request.push(char);
        rest = &rest[char.len_utf8()..];
    }
    requests.push(request);
    requests.iter().map(|request| bare(request).to_owned()).filter(|request| !request.is_empty()).collect()
}

const SEPARATORS: &[&str] = &[
    ", and then ",
    " and then ",
    "; then ",
    ". then ",
    ", then ",
    " then ",
    ". finally ",
    ", finally ",
    ". after that ",
    ". next ",
    "; ",
    "\n",
];

/// The length of what separates two requests, if the text begins with it.
fn separator(text: &str, before: &str) -> Option<usize> {
    let words = SEPARATORS.iter().find(|separator| starts_with(text, separator)).map(|separator| separator.len());
    if text.starts_with("\n```") {
        return None;
    }
    // A sentence ends before a capital that begins a request of its own.
    words.or_else(|| {
        let next = text.strip_prefix(". ")?;
        let begins = next.chars().next()?.is_uppercase() && crate::intent::begins_request(next);
        (begins && !before.is_empty()).then_some(2)
    })
}

/// Whether a text starts with these ASCII words, in capitals or not.
pub fn starts_with(text: &str, words: &str) -> bool {
    text.as_bytes().get(..words.len()).is_some_and(|head| head.eq_ignore_ascii_case(words.as_bytes()))
}

/// A request without its bullet or number and without the words of politeness.
fn bare(request: &str) -> &str {
    let mut text = request.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 0
        && let Some(item) = text[digits..].strip_prefix(". ").or_else(|| text[digits..].strip_prefix(") "))
    {
        text = item.trim_start();
    }
    for bullet in ["- [ ] ", "- ", "* ", "• "] {
        text = text.strip_prefix(bullet).unwrap_or(text);
    }
    const POLITE: &[&str] = &[
        "please ",
        "can you ",
        "could you ",
        "would you ",
        "now ",
        "first ",
        "first, ",
        "finally ",
        "and ",
        "also ",
        "then ",
        "i want you to ",
        "i'd like you to ",
        "let's ",
        "next ",
        "next, ",
        "kindly ",
        "just ",
    ];
    while let Some(words) = POLITE.iter().find(|words| starts_with(text, words)) {
        text = text[words.len()..].trim_start();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{meant, requests};

    #[test]
    fn going_on_means_what_was_asked_last() {
        let said = |role: &str, text: &str| (role.to_owned(), text.to_owned());
        let history =
            [said("user", "run `uname`"), said("assistant", "Refused."), said("user", "Go on!"), said("assistant", "Refused.")];
        assert_eq!(meant("That is allowed now. Go on.", &history), "run `uname`");
        assert_eq!(meant("read a.txt", &history), "read a.txt");
        assert_eq!(meant("go on", &[]), "go on");
    }

    #[test]
    fn several_requests() {
        assert_eq!(
            requests("Please list the files, then read README.md and then run `a; then b`."),
            ["list the files", "read README.md", "run `a; then b`."]
        );
        assert_eq!(requests("1. read a\n2) delete b\n- run c"), ["read a", "delete b", "run c"]);
        assert_eq!(requests("Create a.txt with \"x. Then y\". Read a.txt."), ["Create a.txt with \"x. Then y\"", "Read a.txt."]);
        assert_eq!(requests("don't; what's this"), ["don't", "what's this"]);
        assert_eq!(requests("create a with\n```\nx\ny\n```\nread a").len(), 2);
        assert!(requests(" \n ").is_empty());
    }
}
