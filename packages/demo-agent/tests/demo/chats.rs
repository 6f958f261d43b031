//! Chats: their ids, their memory and their files.

use std::fs;

use agents::{
    Effect,
    cursor::chats::{self, Role},
};

use super::home::{Home, Run};

const ID: &str = "00000000-0000-5000-8000-000000000000";

fn session(run: &Run) -> Option<String> {
    run.effects.iter().find_map(|effect| match effect {
        Effect::Started(session) => session.session_id.clone(),
        _ => None,
    })
}

#[test]
fn an_unknown_id_begins_a_chat_that_is_then_remembered() {
    let home = Home::new();
    let resume = format!("--resume={ID}");
    let first = home.stream(&[&resume], "what did I ask before?");
    assert_eq!((first.code, session(&first).as_deref()), (Some(0), Some(ID)));
    assert!(first.text().contains("the first thing"));
    assert_eq!(session(&home.stream(&["--continue"], "think")).as_deref(), Some(ID));
    let again = home.stream(&[&resume], "what did I ask before?");
    assert!(again.text().contains("- what did I ask before?\n- think"), "{}", again.text());
    let other = home.stream(&[], "what did I ask before?");
    assert!(other.text().contains("the first thing") && session(&other).as_deref() != Some(ID));
}

#[test]
fn files_lie_where_the_cli_has_them() {
    let home = Home::new();
    home.stream(&[&format!("--resume={ID}")], "think about it");
    let chat = home.config().join("chats").join(chats::directory_key(&home.workspace())).join(ID);
    let meta = chats::parse_meta(&fs::read_to_string(chat.join("meta.json")).unwrap()).unwrap();
    assert!(meta.has_conversation && meta.updated_at_ms >= meta.created_at_ms);
    assert_eq!(meta.cwd.as_deref(), home.workspace().to_str());
    assert!(chat.join("store.db").exists());
    let project = home.data().join("projects").join(chats::project_slug(&home.workspace()));
    assert!(project.join(".workspace-trusted").exists());
    let transcript = fs::read_to_string(project.join("agent-transcripts").join(ID).join(format!("{ID}.jsonl"))).unwrap();
    let said = chats::parse_transcript(&transcript);
    assert_eq!(said.iter().map(|entry| entry.role).collect::<Vec<_>>(), [Role::User, Role::Assistant]);
    assert_eq!(said[0].text, "think about it");
    assert!(transcript.ends_with("{\"type\":\"turn_ended\",\"status\":\"completed\"}\n"));
}

#[test]
fn a_chat_can_be_made_beforehand() {
    let home = Home::new();
    let id = home.run(&["create-chat"], "").stdout.trim().to_owned();
    let run = home.stream(&[&format!("--resume={id}")], "think");
    assert_eq!(session(&run), Some(id));
}
