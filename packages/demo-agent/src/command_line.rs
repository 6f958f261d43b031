//! A shell command taken apart as far as permissions and the stream need: its simple commands, their
//! names and words. Not a shell grammar; quotes are respected.

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandLine {
    pub commands: Vec<SimpleCommand>,
    pub reads_file: bool,
    pub writes_file: bool,
    pub substitutes: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SimpleCommand {
    pub name: String,
    pub args: Vec<String>,
    pub text: String,
}

pub fn parse(line: &str) -> CommandLine {
    let mut parsed = CommandLine::default();
    let mut quote = None;
    let mut text = String::new();
    let mut chars = line.chars().peekable();
    while let Some(char) = chars.next() {
        match (quote, char) {
            (Some(open), _) if char == open => quote = None,
            (None, '\'' | '"') => quote = Some(char),
            (None, '<') => parsed.reads_file = true,
            (None, '>') => parsed.writes_file = true,
            (None, '&') if text.ends_with('>') || chars.peek() == Some(&'>') => {}
            (None, '|' | ';' | '&' | '\n' | '(' | ')') => {
                parsed.push(&std::mem::take(&mut text));
                continue;
            }
            _ => {}
        }
        let substitution = char == '`' || (char == '$' && chars.peek() == Some(&'('));
        parsed.substitutes |= substitution && quote != Some('\'');
        text.push(char);
        if char == '\\' && quote != Some('\'') {
            text.extend(chars.next());
        }
    }
    parsed.push(&text);
    parsed
}

impl CommandLine {
    fn push(&mut self, text: &str) {
        let text = text.trim();
        let mut words = words(text).into_iter().skip_while(|word| is_assignment(word));
        if let Some(name) = words.next() {
            self.commands.push(SimpleCommand { name, args: words.collect(), text: text.to_owned() });
        }
    }
}

fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut quote = None;
    let mut word = String::new();
    for char in text.chars() {
        match quote {
            Some(open) if char == open => quote = None,
            None if char == '\'' || char == '"' => quote = Some(char),
            None if char.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            _ => {}
        }
        word.push(char);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn is_assignment(word: &str) -> bool {
    let name = word.split_once('=').map_or("", |(name, _)| name);
    !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_simple_commands() {
        let names = |line: &str| parse(line).commands.into_iter().map(|command| command.name).collect::<Vec<_>>();
        assert_eq!(names("curl -sL x | grep -i '<a>|b' | head -1"), ["curl", "grep", "head"]);
        assert_eq!(names("A=1 make && ls; (cd x || true) 2>&1"), ["make", "ls", "cd", "true", "2>&1"]);
        assert_eq!(names("sleep 5 &"), ["sleep"]);
        assert!(names("").is_empty());
    }

    #[test]
    fn redirects_and_substitutions() {
        let flags = |line: &str| {
            let line = parse(line);
            (line.reads_file, line.writes_file, line.substitutes)
        };
        assert_eq!(flags("a < b > c"), (true, true, false));
        assert_eq!(flags("echo \"$(date)\""), (false, false, true));
        assert_eq!(flags("echo '<$(date)>'"), (false, false, false));
    }
}
