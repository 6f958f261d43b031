//! What runs without `--force`, and what not.

use std::fs;

use domain::Outcome;

use super::home::Home;

fn rejected(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Refused { .. })
}

#[test]
fn commands_the_web_and_mcp_are_refused_and_edits_are_not() {
    let home = Home::new();
    for (prompt, allow) in [
        ("run `touch x; ls`", &["Shell(touch)", "Shell(ls)"][..]),
        ("fetch https://example.com/a", &["WebFetch(example.com)"]),
        ("search the web for x", &[]),
        ("use mcp srv:tool", &["Mcp(srv:tool)"]),
    ] {
        let run = home.stream(&[], prompt);
        assert_eq!(run.code, Some(0));
        assert!(run.notices().is_empty() && run.text().contains("**Refused.**"), "{prompt}");
        let Outcome::Refused { allow: rules, .. } = &run.calls()[0].outcome else { unreachable!("{prompt}") };
        assert_eq!(rules, allow);
    }
    assert_eq!(home.read("x"), None);
    home.stream(&[], "create y with \"1\"");
    assert_eq!(home.read("y").as_deref(), Some("1\n"));
}

#[test]
fn rules_allow_and_deny() {
    let home = Home::new();
    assert!(!rejected(&home.stream(&[], "run `ls`").calls()[0].outcome), "the first run allows ls");
    let config = |permissions: &str| {
        fs::write(home.config().join("cli-config.json"), format!("{{\"permissions\":{permissions}}}")).unwrap()
    };
    config(r#"{"allow":["Shell(touch)","Mcp(srv:*)"],"deny":["Shell(rm)","Write(locked/**)"]}"#);
    home.stream(&[], "run `touch x`");
    assert!(home.read("x").is_some());
    assert!(rejected(&home.stream(&["--force"], "run `rm x`").calls()[0].outcome) && home.read("x").is_some());
    assert!(matches!(home.stream(&[], "use mcp srv:tool").calls()[0].outcome, Outcome::Error { .. }));
    home.stream(&["--force"], "create locked/a.txt with \"1\"");
    assert_eq!(home.read("locked/a.txt"), None);
    home.file(".cursor/cli.json", r#"{"permissions":{"allow":["Shell(echo)"]}}"#);
    assert!(rejected(&home.stream(&[], "run `touch z`").calls()[0].outcome), "the project's list replaces the user's");
}

#[test]
fn ask_reads_and_plan_plans() {
    let home = Home::new();
    home.file("a.txt", "alpha\n");
    let prompt = "read a.txt, then delete a.txt, then run `touch b`";
    let asked = home.stream(&["--mode", "ask", "--force"], prompt);
    assert!(asked.calls().iter().all(|call| ["todo_write", "read_file"].contains(&call.name.as_str())));
    let planned = home.stream(&["--mode", "plan"], prompt);
    assert!(planned.notices().is_empty());
    let plan = planned.calls().into_iter().find(|call| call.name == "create_plan").unwrap();
    assert!(matches!(&plan.view, domain::ToolView::Plan { plan, .. } if plan.contains("- [ ] delete a.txt")));
    assert!(home.read("a.txt").is_some() && home.read("b").is_none());
}
