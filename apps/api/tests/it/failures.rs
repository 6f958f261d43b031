//! A failing agent program: the create succeeds, the run ends in ERROR, and the program's own words
//! stand in a step.

use serde_json::Value;

use crate::app::{TestApp, cursor_script};

async fn failed(test: &TestApp, prompt: &str) -> (Value, Vec<Value>) {
    let (agent, run) = test.create(prompt).await;
    let run = test.ended(&agent, &run).await;
    assert_eq!(run["status"], "ERROR", "{prompt}");
    (run, test.steps(&agent).await)
}

#[tokio::test]
async fn each_failure_has_its_code_its_words_and_a_hint() {
    let test = TestApp::new().await;
    for (switch, code, words) in [
        ("fail=auth", "not_logged_in", "Authentication required"),
        ("fail=api-key", "invalid_api_key", "API key is invalid"),
        ("fail=model", "invalid_model", "Cannot use this model"),
        ("fail=trust", "not_trusted", "Workspace Trust Required"),
        ("fail=usage-limit", "usage_limit", "usage limit"),
        ("fail=retriable", "connection_failed", "RetriableError"),
        ("no-result stderr=strange_words", "agent_failed", "strange words"),
        ("exit=3", "agent_failed", ""),
        ("crash=9", "agent_failed", ""),
    ] {
        let (run, steps) = failed(&test, &format!("#demo pace=0 {switch}\nlist the files")).await;
        assert_eq!(run["error"]["code"], code, "{switch}: {run}");
        assert!(run["error"]["message"].as_str().unwrap().contains(words), "{switch}: {run}");
        let last = steps.last().unwrap();
        assert_eq!((last["type"].as_str(), last["code"].as_str()), (Some("error"), Some(code)), "{switch}");
        assert!(last["message"].as_str().unwrap().contains(words), "{switch}");
        if !words.is_empty() {
            assert!(last["hint"].is_string(), "{switch}: {last}");
        }
    }
}

#[tokio::test]
async fn lingering_after_the_result_is_a_success() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0 hang-after-result=60\nlist the files").await;
    assert_eq!(test.ended(&agent, &run).await["status"], "FINISHED");
}

#[tokio::test]
async fn who_is_logged_out_is_told_so_by_doctor() {
    let test = TestApp::new().await;
    cursor_script(test.directory.path(), "CURSOR_DEMO_LOGGED_OUT=1");
    let doctor = test.get("/v1/doctor").await.json;
    let login = doctor["checks"].as_array().unwrap().iter().find(|check| check["id"] == "login").unwrap();
    assert_eq!(login["status"], "error");
    assert!(login["command"].as_str().unwrap().ends_with("cursor-agent login"));
    assert_eq!((doctor["ok"].as_bool(), doctor["cursor"]["login"]["loggedIn"].as_bool()), (Some(false), Some(false)));
    assert!(std::path::Path::new(doctor["demo"]["projectPath"].as_str().unwrap()).join("README.md").exists());
}

#[tokio::test]
async fn a_chat_that_the_program_lost_is_told_and_can_begin_afresh() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0\nlist the files").await;
    test.ended(&agent, &run).await;
    std::fs::remove_dir_all(test.directory.path().join("data/cursor").join(&agent).join("config/chats")).unwrap();
    let run = test.follow_up(&agent, "#demo pace=0\nlist the files").await;
    test.ended(&agent, &run).await;
    assert!(test.steps(&agent).await.iter().any(|step| step["code"] == "session_missing"));
    let before = test.get(&format!("/v1/agents/{agent}")).await.json["sessionId"].clone();
    let body = serde_json::json!({ "prompt": { "text": "what did I ask before?" }, "session": "fresh" });
    let run = test.post(&format!("/v1/agents/{agent}/runs"), body).await.json["run"]["id"].as_str().unwrap().to_owned();
    test.ended(&agent, &run).await;
    assert_ne!(test.get(&format!("/v1/agents/{agent}")).await.json["sessionId"], before);
    let prompts: Vec<Value> = test.steps(&agent).await.into_iter().filter(|step| step["type"] == "user_message").collect();
    assert_eq!(prompts.last().unwrap()["text"], "what did I ask before?", "the context is the program's, not the conversation's");
}

#[tokio::test]
async fn the_next_server_takes_up_what_the_last_one_left() {
    let first = TestApp::new().await;
    let (agent, run) = first.create("#demo chunks=200 rate=200").await;
    first.stream_until(&format!("/v1/agents/{agent}/runs/{run}/stream"), |events| events.len() > 20).await;
    assert_eq!(first.app.close().await, 1);
    let TestApp { directory, app, router, .. } = first;
    drop((app, router));
    let second = TestApp::over(directory, |_| ()).await;
    second.app.recover().await.unwrap();
    let ended = second.ended(&agent, &run).await;
    assert_eq!(ended["status"], "FINISHED", "{ended}");
    let events = second.stream(&format!("/v1/agents/{agent}/runs/{run}/stream")).await;
    let text = crate::app::text_of(&events, "assistant");
    let steps = second.steps(&agent).await;
    let said: String =
        steps.iter().filter(|step| step["type"] == "assistant_message").filter_map(|step| step["text"].as_str()).collect();
    assert_eq!(said, text);
    assert_eq!(events.iter().filter(|event| event.name == "done").count(), 1);
}

#[tokio::test]
async fn a_run_whose_directory_was_deleted_is_lost_and_not_run_again() {
    let first = TestApp::new().await;
    let (agent, run) = first.create("#demo pace=0 silent=600\nwait").await;
    first.stream_until(&format!("/v1/agents/{agent}/runs/{run}/stream"), |events| events.len() > 2).await;
    let mark = format!("{}/{run}", first.app.data.instance);
    first.app.close().await;
    let TestApp { directory, app, router, .. } = first;
    std::fs::remove_dir_all(app.data.runs().join(&run)).unwrap();
    drop((app, router));
    let second = TestApp::over(directory, |_| ()).await;
    second.app.recover().await.unwrap();
    let ended = second.ended(&agent, &run).await;
    assert_eq!((&ended["status"], &ended["error"]["code"]), (&serde_json::json!("ERROR"), &serde_json::json!("supervisor_lost")));
    assert!(crate::contract::processes_with(&mark).is_empty());
}
