//! The CLI's configuration for one of our chats: the user's own, with more allowed. It is never
//! written back to where it came from.

use serde_json::{Map, Value, json};

/// What the CLI itself allows when it starts for the first time.
const FIRST_ALLOWED: &str = "Shell(ls)";

/// The user's `cli-config.json` with `extra_allow` added to what it allows; a minimal one where there
/// is none or it is no configuration.
pub fn merge(user_config: Option<&str>, extra_allow: &[String]) -> String {
    let user = user_config.and_then(|text| serde_json::from_str::<Map<String, Value>>(text).ok());
    let mut config = match user {
        Some(config) => config,
        None => {
            let permissions = json!({ "allow": [FIRST_ALLOWED], "deny": [] });
            Map::from_iter([("version".to_owned(), json!(1)), ("permissions".to_owned(), permissions)])
        }
    };
    if !extra_allow.is_empty() {
        allow(&mut config, extra_allow);
    }
    Value::Object(config).to_string()
}

fn allow(config: &mut Map<String, Value>, rules: &[String]) {
    let permissions = config.entry("permissions").or_insert(Value::Null);
    if !permissions.is_object() {
        *permissions = json!({ "allow": [], "deny": [] });
    }
    let Some(permissions) = permissions.as_object_mut() else { return };
    let list = permissions.entry("allow").or_insert(Value::Null);
    if !list.is_array() {
        *list = json!([]);
    }
    let Some(list) = list.as_array_mut() else { return };
    for rule in rules {
        if !list.iter().any(|known| known.as_str() == Some(rule)) {
            list.push(json!(rule));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(config: Option<&str>, rules: &[&str]) -> String {
        merge(config, &rules.iter().map(|rule| (*rule).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_users_own_is_kept_and_extended() {
        let user =
            r#"{"version":1,"editor":{"vimMode":true},"permissions":{"allow":["Shell(git)"],"deny":["Shell(rm)"]},"x":1.50}"#;
        assert_eq!(
            merged(Some(user), &["Shell(npm)", "Shell(git)", "Shell(npm)"]),
            r#"{"version":1,"editor":{"vimMode":true},"permissions":{"allow":["Shell(git)","Shell(npm)"],"deny":["Shell(rm)"]},"x":1.5}"#
        );
        assert_eq!(merged(Some(r#"{"version":1}"#), &[]), r#"{"version":1}"#);
        assert_eq!(merged(Some(r#"{"permissions":3}"#), &["A"]), r#"{"permissions":{"allow":["A"],"deny":[]}}"#);
    }

    #[test]
    fn without_one_there_is_a_minimal_one() {
        for config in [None, Some("{"), Some("[]")] {
            assert_eq!(
                merged(config, &["Mcp(a:b)"]),
                r#"{"version":1,"permissions":{"allow":["Shell(ls)","Mcp(a:b)"],"deny":[]}}"#
            );
        }
    }
}
