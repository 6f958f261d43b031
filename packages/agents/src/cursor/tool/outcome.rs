//! How a completed call went.

use domain::Outcome;
use serde_json::Value;

use super::{field, kind, view::Call};

const LONGEST_RULE: usize = 500;
const MOST_RULES: usize = 50;

/// Whether a result has a shape that this version understands. A call without a result has.
pub fn is_known(result: Option<&Value>) -> bool {
    result.is_none_or(|result| ["success", "failure", "rejected", "error"].iter().any(|shape| result.get(shape).is_some()))
}

pub fn of(kind: &str, call: &Call<'_>) -> Outcome {
    let result = call.result;
    if let Some(rejected) = result.get("rejected") {
        let reason = field::text(rejected, &["reason"]).unwrap_or_default();
        let mut allow = rules(kind, call, rejected);
        // As long as the API takes them, and few enough for a person to read.
        allow.retain(|rule| rule.len() <= LONGEST_RULE);
        allow.truncate(MOST_RULES);
        return Outcome::Refused { reason, allow };
    }
    if let Some(error) = result.get("error") {
        let message = field::text(error, &["message", "errorMessage", "error"])
            .or_else(|| error.as_str().map(str::to_owned))
            .unwrap_or_else(|| error.to_string());
        return Outcome::Error { message };
    }
    let success = result.get("success");
    // Older builds called a command that failed a success; MCP servers tell a failure within it.
    let failed = success.is_some_and(|success| match kind::bare(kind) {
        "shell" => success.get("exitCode").and_then(Value::as_i64).is_some_and(|code| code != 0),
        "mcp" => field::flag(success, "isError"),
        _ => false,
    });
    if failed || (success.is_none() && result.get("failure").is_some()) { Outcome::Failure } else { Outcome::Success }
}

/// The rules that would have allowed a refused call.
fn rules(kind: &str, call: &Call<'_>, rejected: &Value) -> Vec<String> {
    match kind::bare(kind) {
        "shell" => {
            let mut commands = field::texts(call.args, "simpleCommands");
            if commands.is_empty() {
                let line = field::text(call.args, &["command"]).or_else(|| field::text(rejected, &["command"]));
                commands.extend(line.and_then(|line| line.split_whitespace().next().map(str::to_owned)));
            }
            let mut rules = Vec::new();
            for command in commands {
                let rule = format!("Shell({command})");
                if !command.is_empty() && !rules.contains(&rule) {
                    rules.push(rule);
                }
            }
            rules
        }
        "webFetch" => {
            let url = field::text(call.args, &["url"]).or_else(|| field::text(rejected, &["url"]));
            url.as_deref().and_then(host).map(|host| format!("WebFetch({host})")).into_iter().collect()
        }
        "mcp" => match (call.mcp_server(), call.mcp_tool()) {
            (Some(server), Some(tool)) => vec![format!("Mcp({server}:{tool})")],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn host(url: &str) -> Option<&str> {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next()?;
    let address = authority.rsplit_once('@').map_or(authority, |(_, address)| address);
    let host = match address.strip_prefix('[') {
        Some(v6) => v6.split(']').next()?,
        None => address.split(':').next()?,
    };
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_of_a_url() {
        for (url, expected) in [
            ("https://example.com", Some("example.com")),
            ("https://me:pw@example.com:8080/a?b@c#d", Some("example.com")),
            ("example.com/x", Some("example.com")),
            ("http://[::1]:80/", Some("::1")),
            ("https:///x", None),
            ("", None),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
    }
}
