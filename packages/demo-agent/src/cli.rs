//! The command line: the public flags of the CLI, with its rules for optional values and `--`.

use std::path::PathBuf;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Text,
    Json,
    StreamJson,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    #[default]
    Agent,
    Plan,
    Ask,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cli {
    /// A command, if the first word is one; its own words follow in `words`.
    pub command: Option<String>,
    pub words: Vec<String>,
    pub format: Format,
    /// `--format json` of status and about.
    pub json: bool,
    pub partial: bool,
    pub mode: Mode,
    pub resume: Option<String>,
    pub continues: bool,
    pub model: Option<String>,
    pub api_key: Option<String>,
    pub force: bool,
    pub trust: bool,
    pub workspace: Option<PathBuf>,
}

const COMMANDS: &[&str] = &[
    "persist",
    "install-shell-integration",
    "uninstall-shell-integration",
    "login",
    "logout",
    "mcp",
    "plugin",
    "worker",
    "status",
    "whoami",
    "models",
    "team",
    "bedrock",
    "about",
    "update",
    "create-chat",
    "generate-rule",
    "rule",
    "agent",
    "ls",
    "resume",
    "help",
];

pub fn parse(args: &[String]) -> Result<Cli, String> {
    let mut cli = Cli::default();
    let mut args = args.iter().peekable();
    let mut only_words = false;
    while let Some(arg) = args.next() {
        if only_words || !arg.starts_with('-') || arg == "-" {
            if !only_words && cli.command.is_none() && cli.words.is_empty() && COMMANDS.contains(&arg.as_str()) {
                cli.command = Some(arg.clone());
            } else {
                cli.words.push(arg.clone());
            }
            continue;
        }
        let (name, inline) = match arg.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
            _ => (arg.as_str(), None),
        };
        let mut value =
            |usage: &str| inline.clone().or_else(|| args.next().cloned()).ok_or(format!("option '{usage}' argument missing"));
        match name {
            "--" => only_words = true,
            "-v" | "--version" => cli.command = Some("--version".into()),
            "-h" | "--help" => cli.command = Some("help".into()),
            "--list-models" => cli.command = Some("models".into()),
            "-p" | "--print" | "--auto-review" | "--approve-mcps" | "--skip-worktree-setup" | "--disable-auto-update" => {}
            "--api-key" => cli.api_key = Some(value("--api-key <key>")?),
            "--output-format" => cli.format = format(&value("--output-format <format>")?)?,
            "--format" => cli.json = value("--format <format>")? == "json",
            "--stream-partial-output" => cli.partial = true,
            "--plan" => cli.mode = Mode::Plan,
            "--mode" => cli.mode = mode(&value("--mode <mode>")?)?,
            "--continue" => cli.continues = true,
            "--model" => cli.model = Some(value("--model <model>")?),
            "-f" | "--force" | "--yolo" => cli.force = true,
            "--trust" => cli.trust = true,
            "--workspace" => cli.workspace = Some(value("--workspace <path-or-name>")?.into()),
            "-H" | "--header" | "-e" | "--endpoint" | "--sandbox" | "--add-dir" | "--plugin-dir" | "--worktree-base" => {
                value(name)?;
            }
            // The value is optional: the next word is it, unless that is an option.
            "--resume" => {
                let next = inline.or_else(|| args.next_if(|next| !next.starts_with('-')).cloned());
                cli.resume = Some(next.unwrap_or_default());
            }
            "-w" | "--worktree" => {
                if inline.is_none() {
                    args.next_if(|next| !next.starts_with('-'));
                }
            }
            _ => return Err(format!("unknown option '{name}'")),
        }
    }
    Ok(cli)
}

fn format(text: &str) -> Result<Format, String> {
    match text {
        "text" => Ok(Format::Text),
        "json" => Ok(Format::Json),
        "stream-json" => Ok(Format::StreamJson),
        _ => Err(format!("Invalid output format: {text}. Must be one of: text, json, stream-json")),
    }
}

fn mode(text: &str) -> Result<Mode, String> {
    match text {
        "plan" => Ok(Mode::Plan),
        "ask" => Ok(Mode::Ask),
        _ => Err(format!("option '--mode <mode>' argument '{text}' is invalid. Allowed choices are plan, ask.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Cli, String> {
        parse(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn a_launch_line() {
        let cli =
            parsed("-p --output-format stream-json --stream-partial-output --trust --force --model auto --resume=x hello you");
        let expected = Cli {
            words: vec!["hello".into(), "you".into()],
            format: Format::StreamJson,
            partial: true,
            trust: true,
            force: true,
            model: Some("auto".into()),
            resume: Some("x".into()),
            ..Cli::default()
        };
        assert_eq!(cli, Ok(expected));
    }

    #[test]
    fn optional_values_and_the_end_of_options() {
        assert_eq!(parsed("--resume --trust").map(|cli| cli.resume), Ok(Some(String::new())));
        assert_eq!(parsed("--resume word").map(|cli| (cli.resume, cli.words)), Ok((Some("word".into()), vec![])));
        let cli = parsed("-- pong41 --continue models");
        assert_eq!(cli.map(|cli| cli.words.join(" ")), Ok("pong41 --continue models".into()));
        assert_eq!(parsed("models").map(|cli| cli.command), Ok(Some("models".into())));
        assert_eq!(parsed("--wat"), Err("unknown option '--wat'".into()));
        assert!(parsed("--mode agent").is_err());
    }
}
