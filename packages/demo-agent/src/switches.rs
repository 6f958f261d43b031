//! The switches for tests, from the environment and from a first prompt line.

use std::{collections::BTreeMap, env, time::Duration};

#[derive(Clone, Debug, Default)]
pub struct Switches(BTreeMap<String, String>);

impl Switches {
    pub fn from_environment() -> Self {
        let switch = |(name, value): (String, String)| {
            let name = name.strip_prefix("CURSOR_DEMO_")?.to_lowercase().replace('_', "-");
            Some((name, value))
        };
        let vars = env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        Self(vars.filter_map(switch).collect())
    }

    /// Takes the switches off a prompt.
    pub fn take_from<'a>(&mut self, prompt: &'a str) -> &'a str {
        let Some(rest) = prompt.trim_start().strip_prefix("#demo") else { return prompt };
        let (line, prompt) = rest.split_once('\n').unwrap_or((rest, ""));
        for word in line.split_whitespace() {
            let (name, value) = word.split_once('=').unwrap_or((word, "1"));
            self.0.insert(name.to_owned(), value.to_owned());
        }
        prompt
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value != "0")
    }

    pub fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }

    pub fn seconds(&self, name: &str) -> Option<Duration> {
        Duration::try_from_secs_f64(self.get(name)?.parse().ok()?).ok()
    }

    pub fn fails(&self, how: &str) -> bool {
        self.get("fail") == Some(how)
    }

    /// The exit code of a run that reported its result.
    pub fn exit_code(&self) -> u8 {
        let asked = self.number("exit").and_then(|code| u8::try_from(code).ok());
        asked.unwrap_or(if self.fails("exit") { 3 } else { 0 })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_is_taken_off() {
        let mut switches = Switches::default();
        assert_eq!(switches.take_from("#demo pace=0 garbage silent=0.5\nread a\nb"), "read a\nb");
        assert_eq!((switches.number("pace"), switches.is_on("garbage"), switches.is_on("crash")), (Some(0), true, false));
        assert_eq!(switches.seconds("silent"), Some(Duration::from_millis(500)));
        assert_eq!(switches.take_from("read #demo x"), "read #demo x");
        assert_eq!(switches.take_from("#demo exit=7"), "");
        assert_eq!(switches.exit_code(), 7);
    }
}
