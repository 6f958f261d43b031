//! What is cleaned up, and what stays for ever.

use axum::http::{Method, StatusCode};

use crate::app::TestApp;

#[tokio::test]
async fn events_are_kept_for_a_time_and_steps_for_ever() {
    let first = TestApp::new().await;
    let (agent, run) = first.create("#demo pace=0 big=50000\nlist the files").await;
    first.ended(&agent, &run).await;
    let steps = first.steps(&agent).await;
    let path = format!("/v1/agents/{agent}/runs/{run}/stream");
    let events = first.stream(&path).await;
    let report = first.app.clean_up(true).await.unwrap();
    assert_eq!(report.logs_compressed, 1, "{report}");
    assert_eq!(first.stream(&path).await.len(), events.len(), "the events are there still");
    first.app.close().await;
    let TestApp { directory, app, router, .. } = first;
    drop((app, router));
    let second = TestApp::over(directory, |config| config.keep_run_logs_days = 0).await;
    let report = second.app.clean_up(true).await.unwrap();
    assert_eq!((report.runs_removed, second.app.last_clean_up().await), (1, Some(report)));
    let expired = second.empty(Method::GET, &path).await;
    assert_eq!((expired.status, expired.json["error"]["code"].as_str()), (StatusCode::GONE, Some("stream_expired")));
    assert_eq!(second.steps(&agent).await, steps);
    assert_eq!(second.get(&format!("/v1/agents/{agent}/runs/{run}")).await.json["status"], "FINISHED");
    let again = second.follow_up(&agent, "what did I ask before?").await;
    assert_eq!(second.ended(&agent, &again).await["status"], "FINISHED");
}

#[tokio::test]
async fn what_a_deleted_chat_left_is_removed_when_it_is_old() {
    let test = TestApp::new().await;
    let (agent, run) = test.create("#demo pace=0\nhello").await;
    test.ended(&agent, &run).await;
    let gone = domain::AgentId::mint().to_string();
    let (old, young) = (test.app.data.cursor(&gone), test.app.data.root().join("workspaces").join(&gone));
    for path in [&old, &young] {
        std::fs::create_dir_all(path).unwrap();
    }
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(7200);
    std::fs::File::open(&old).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(test.app.clean_up(true).await.unwrap().leftovers_removed, 1);
    assert!(!old.exists() && young.exists() && test.app.data.cursor(&agent).exists());
}
