//! The list of models, which the CLI prints as text only.

use super::ansi;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Model {
    pub id: String,
    pub name: String,
    pub is_default: bool,
}

/// The models of `agent models`; nothing if the text is no such list.
pub fn parse(text: &str) -> Option<Vec<Model>> {
    let text = ansi::strip(text).replace('\u{200b}', "");
    let mut lines = text.lines().map(str::trim).skip_while(|line| *line != "Available models");
    lines.next()?;
    let models: Vec<Model> = lines.take_while(|line| !line.starts_with("Tip:")).filter_map(model).collect();
    (!models.is_empty()).then_some(models)
}

fn model(line: &str) -> Option<Model> {
    let (id, name) = line.split_once(" - ")?;
    let (id, mut name) = (id.trim(), name.trim());
    if id.is_empty() || id.contains(char::is_whitespace) {
        return None;
    }
    let mut is_default = false;
    if let Some((bare, marks)) = name.strip_suffix(')').and_then(|name| name.rsplit_once(" (")) {
        let mut words = marks.split(',').map(str::trim);
        if words.clone().all(|word| matches!(word, "default" | "current")) {
            is_default = words.any(|word| word == "default");
            name = bare.trim();
        }
    }
    Some(Model { id: id.to_owned(), name: name.to_owned(), is_default })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_as_the_cli_prints_it() {
        let text = "Available models\n\nauto - Auto (default)\ngpt-5 - GPT\u{200b}-5 (beta)\nx - X - Y (current)\n\n\
                    Tip: use --model <id> - or so\n";
        let model = |id: &str, name: &str, is_default| Model { id: id.into(), name: name.into(), is_default };
        assert_eq!(
            parse(text),
            Some(vec![model("auto", "Auto", true), model("gpt-5", "GPT-5 (beta)", false), model("x", "X - Y", false)])
        );
        assert_eq!(parse(&format!("\u{1b}[1mLoading…\n{text}")).map(|models| models.len()), Some(3));
    }

    #[test]
    fn anything_else_is_no_list() {
        for text in ["", "Error: Authentication required.", "Available models\n\n", "auto - Auto"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
