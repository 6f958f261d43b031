//! The store on SQLite: what is written is found again, also by another process, and a database is
//! never harmed by being opened.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use db::{
    AgentChange, AgentRow, Change, Created, Db, DbError, NewAgent, NewRun, RunRow,
    query::{agents, changes, queue, runs, sessions, spent, steps, users},
};
use domain::{AgentId, RunId, RunStatus, Step, StepBody, StepChange, StepId};
use sea_orm::ConnectionTrait;

async fn open(path: &Path) -> Db {
    Db::open(&path.join("db.sqlite")).await.unwrap()
}

fn agent(name: &str, at: i64) -> AgentRow {
    AgentRow {
        id: AgentId::mint().to_string(),
        user_id: 1,
        runner_id: "local".to_owned(),
        driver: "demo".to_owned(),
        name: name.to_owned(),
        workspace_type: "local".to_owned(),
        workspace_path: "/tmp".to_owned(),
        model: None,
        mode: "agent".to_owned(),
        permission: "rules".to_owned(),
        allow_rules: "[]".to_owned(),
        environment: None,
        session_id: uuid::Uuid::new_v4().to_string(),
        session_seen: false,
        unread: false,
        archived_at: None,
        created_at: at,
        updated_at: at,
        latest_run_id: None,
        run_count: 1,
        cli_chat_id: None,
        queued: 0,
        queue_pause: None,
        queue_sending: None,
        limits: None,
        workspace_state: "ready".to_owned(),
        workspace_source: None,
        repositories: None,
        first_port: None,
        base_tree: None,
    }
}

fn run(agent: &AgentRow, number: i32) -> RunRow {
    RunRow {
        id: RunId::mint().to_string(),
        agent_id: agent.id.clone(),
        number,
        status: RunStatus::Creating.as_str().to_owned(),
        mode: "agent".to_owned(),
        model: None,
        model_name: None,
        permission: "rules".to_owned(),
        cli_version: None,
        created_at: 1,
        updated_at: 1,
        started_at: None,
        ended_at: None,
        duration_ms: None,
        outcome: None,
        input_tokens: None,
        output_tokens: None,
        cache_read_tokens: None,
        cache_write_tokens: None,
        tool_calls: None,
        fresh_session: false,
        released: false,
        shared: false,
    }
}

fn step(run: &RunRow, ordinal: u32, text: &str) -> Step {
    let id = StepId { run: run.id.parse().unwrap(), ordinal };
    let body = StepBody::AssistantMessage { text: text.to_owned() };
    Step { id, started_at: 1, ended_at: Some(2), size: text.len() as u64, truncated: false, body }
}

async fn create(db: &Db, name: &str, at: i64) -> (AgentRow, RunRow) {
    let agent = agent(name, at);
    let run = run(&agent, 1);
    let prompt = vec![StepChange::Closed(step(&run, 0, "prompt"))];
    agents::create(db, NewAgent { agent: agent.clone(), run: run.clone(), history: Vec::new(), prompt }).await.unwrap();
    (agent, run)
}

#[tokio::test]
async fn steps_come_back_newest_first_and_twice_is_once() {
    let directory = tempfile::tempdir().unwrap();
    let db = open(directory.path()).await;
    users::owner(&db, "me", 0).await.unwrap();
    let (agent, run) = create(&db, "a", 1).await;
    let nul = "a\0b\u{fffd}'\"";
    let changes = vec![
        StepChange::Piece { id: StepId { run: run.id.parse().unwrap(), ordinal: 1 }, index: 0, text: nul.to_owned() },
        StepChange::Closed(step(&run, 1, nul)),
        StepChange::Closed(step(&run, 2, "two")),
    ];
    steps::save(&db, &run.id, changes.clone()).await.unwrap();
    steps::save(&db, &run.id, changes).await.unwrap();
    let page = steps::list(&db, &agent.id, None, 2).await.unwrap();
    assert!(page.more);
    assert_eq!(page.items.iter().map(|stored| stored.step.id.ordinal).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(page.items[1].step.body, StepBody::AssistantMessage { text: nul.to_owned() });
    assert_eq!(steps::pieces(&db, &agent.id, steps::position(1, 1), 0, 9).await.unwrap(), [nul]);
    assert_eq!(steps::known(&db, &agent.id, 1).await.unwrap(), [0, 1, 2].into());
}

#[tokio::test]
async fn one_run_at_a_time_and_a_final_state_stays() {
    let directory = tempfile::tempdir().unwrap();
    let db = open(directory.path()).await;
    let (agent, first) = create(&db, "a", 1).await;
    let next = || NewRun {
        run: run(&agent, 0),
        prompt: Vec::new(),
        change: AgentChange::default(),
        allow: Vec::new(),
        session_id: None,
        queued: None,
    };
    assert!(matches!(runs::create(&db, next()).await.unwrap(), Created::Busy), "the first is live");
    let finished = |status| runs::Finished {
        status,
        text: None,
        error: None,
        usage: None,
        duration_ms: None,
        tool_calls: 0,
        ended_at: 5,
        pause: None,
    };
    assert!(runs::finish(&db, &first.id, Vec::new(), finished(RunStatus::Finished)).await.unwrap().is_some());
    assert!(runs::finish(&db, &first.id, Vec::new(), finished(RunStatus::Error)).await.unwrap().is_none());
    assert_eq!(runs::find(&db, &agent.id, &first.id).await.unwrap().unwrap().status, "FINISHED");
    // What somebody read before is not what is written back.
    agents::update(&db, 1, &agent.id, AgentChange { unread: Some(false), ..AgentChange::default() }).await.unwrap();
    let Created::Run(second) = runs::create(&db, next()).await.unwrap() else { panic!("a run") };
    assert_eq!((second.1.number, second.0.run_count), (2, 2));
    agents::update(&db, 1, &agent.id, AgentChange { name: Some("b".to_owned()), ..AgentChange::default() }).await.unwrap();
    let now = agents::find(&db, 1, &agent.id).await.unwrap().unwrap();
    assert_eq!((now.run_count, now.latest_run_id, now.name.as_str()), (2, Some(second.1.id), "b"));
}

#[tokio::test]
async fn lists_are_paged_filtered_and_searched() {
    let directory = tempfile::tempdir().unwrap();
    let db = open(directory.path()).await;
    for index in 0..5 {
        create(&db, &format!("Fix 100% of_{index}"), index).await;
    }
    let first = agents::list(&db, 1, agents::Filter::default(), 3).await.unwrap();
    let last = first.items.last().unwrap();
    let before = Some((last.updated_at, last.id.clone()));
    let second = agents::list(&db, 1, agents::Filter { before, ..Default::default() }, 3).await.unwrap();
    assert!(first.more && !second.more);
    assert_eq!((first.items.len(), second.items.len()), (3, 2));
    for (text, count) in [("100% OF_3", 1), ("%", 5), ("_", 5), ("f_", 5), ("zz", 0)] {
        let filter = agents::Filter { name: Some(text.to_owned()), ..Default::default() };
        assert_eq!(agents::list(&db, 1, filter, 9).await.unwrap().items.len(), count, "{text}");
    }
    assert!(agents::list(&db, 2, agents::Filter::default(), 9).await.unwrap().items.is_empty(), "another user's");
}

#[tokio::test]
async fn changes_are_numbered_in_the_order_of_commits() {
    let directory = tempfile::tempdir().unwrap();
    let db = open(directory.path()).await;
    let mut changed = db.changed();
    changed.mark_unchanged();
    let (agent, _) = create(&db, "a", 1).await;
    assert!(changed.has_changed().unwrap());
    agents::delete(&db, 1, &agent.id).await.unwrap();
    let all = changes::after(&db, 1, 0, 99).await.unwrap();
    assert_eq!(all.last().unwrap().change(), Some(Change::AgentDeleted(agent.id)));
    assert_eq!(changes::latest(&db).await.unwrap(), all.last().unwrap().id);
}

#[tokio::test]
async fn a_link_is_good_for_one_use_also_from_another_process() {
    let directory = tempfile::tempdir().unwrap();
    let server = open(directory.path()).await;
    let command_line = open(directory.path()).await;
    sessions::create_link(&command_line, "h".to_owned(), 1, 0, 100).await.unwrap();
    assert_eq!(sessions::use_link(&server, "h", 50).await.unwrap(), Some(1));
    assert_eq!(sessions::use_link(&server, "h", 50).await.unwrap(), None);
    sessions::create_link(&command_line, "old".to_owned(), 1, 0, 100).await.unwrap();
    assert_eq!(sessions::use_link(&server, "old", 101).await.unwrap(), None);
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("db.sqlite");
    drop(Db::open(&path).await.unwrap());
    let raw = sea_orm::Database::connect(format!("sqlite:{}", path.display())).await.unwrap();
    raw.execute_unprepared("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_future', 0)").await.unwrap();
    drop(raw);
    assert!(matches!(Db::open(&path).await, Err(DbError::Newer(version)) if version == "m9999_future"));
}

fn queued(agent: &AgentRow, body: &str, position: Option<u64>) -> queue::NewQueuedPrompt {
    let id = RunId::mint().to_string();
    queue::NewQueuedPrompt { id, agent_id: agent.id.clone(), body: body.to_owned(), position, now: 1 }
}

async fn bodies(db: &Db, agent: &AgentRow) -> Vec<String> {
    let page = queue::list(db, &agent.id, None, 100).await.unwrap();
    page.items.into_iter().map(|row| row.body).collect()
}

#[tokio::test]
async fn a_queue_keeps_its_order_however_it_is_moved() {
    let directory = tempfile::tempdir().unwrap();
    let db = open(directory.path()).await;
    let agent = agent("a", 1);
    let first = run(&agent, 1);
    agents::create(&db, NewAgent { agent: agent.clone(), run: first.clone(), history: Vec::new(), prompt: Vec::new() })
        .await
        .unwrap();
    let mut model: Vec<String> = Vec::new();
    // Always into the same gap, so that it is used up and ranks are spread anew.
    for index in 0..60u64 {
        let position = [None, Some(0), Some(1), Some(500)][(index % 4) as usize];
        let body = index.to_string();
        assert!(matches!(queue::add(&db, queued(&agent, &body, position)).await.unwrap(), queue::Added::Queued(_)));
        model.insert(position.map_or(model.len(), |at| model.len().min(at as usize)), body);
    }
    assert_eq!(bodies(&db, &agent).await, model);
    let rows = queue::list(&db, &agent.id, None, 100).await.unwrap().items;
    for index in 0..40usize {
        let row = &rows[index * 7 % rows.len()];
        let from = model.iter().position(|body| *body == row.body).unwrap();
        let moved = model.remove(from);
        model.insert(1, moved);
        queue::change(&db, &agent.id, &row.id, |body| body, Some(1), 2).await.unwrap().unwrap();
    }
    assert_eq!(bodies(&db, &agent).await, model);
    assert_eq!(agents::find(&db, 1, &agent.id).await.unwrap().unwrap().queued, 60);
    assert!(queue::ready(&db).await.unwrap().is_empty(), "its run is live");
    assert_eq!(queue::clear(&db, &agent.id).await.unwrap(), 60);
}

#[tokio::test]
async fn a_queue_of_ten_thousand_is_full_and_moves_as_one_of_ten_does() {
    let directory = tempfile::tempdir().unwrap();
    let db = open(directory.path()).await;
    let agent = AgentRow { queued: queue::MOST, ..agent("a", 1) };
    let first = run(&agent, 1);
    agents::create(&db, NewAgent { agent: agent.clone(), run: first, history: Vec::new(), prompt: Vec::new() }).await.unwrap();
    // Side by side, so that the first that comes in between makes room everywhere.
    let seed = format!(
        "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {}) INSERT INTO queued_prompts \
         SELECT 'run-' || i, '{}', i, i, 1, 1 FROM n",
        queue::MOST - 1,
        agent.id
    );
    let raw = sea_orm::Database::connect(format!("sqlite:{}", directory.path().join("db.sqlite").display())).await.unwrap();
    raw.execute_unprepared(&seed).await.unwrap();
    assert!(matches!(queue::add(&db, queued(&agent, "one more", None)).await.unwrap(), queue::Added::Full));
    queue::change(&db, &agent.id, "run-9999", |body| body, Some(5), 2).await.unwrap().unwrap();
    assert_eq!(bodies(&db, &agent).await[..7], ["0", "1", "2", "3", "4", "9999", "5"]);
    assert!(queue::remove(&db, &agent.id, "run-0").await.unwrap());
    assert!(matches!(queue::add(&db, queued(&agent, "one more", Some(0))).await.unwrap(), queue::Added::Queued(_)));
    assert_eq!(queue::clear(&db, &agent.id).await.unwrap(), queue::MOST as u64);
}

#[tokio::test]
async fn what_runs_came_to_is_added_up() {
    let directory = tempfile::tempdir().unwrap();
    let db = open(directory.path()).await;
    let agent = agent("a", 1);
    let first = run(&agent, 1);
    agents::create(&db, NewAgent { agent: agent.clone(), run: first.clone(), history: Vec::new(), prompt: Vec::new() })
        .await
        .unwrap();
    assert_eq!(spent::of_agent(&db, &agent.id, 1_000).await.unwrap(), domain::Spent::default());
    runs::started(&db, &first.id, None, 400).await.unwrap();
    assert_eq!(spent::since(&db, 1, 0, 1_000).await.unwrap().milliseconds, 600, "a live one counts to now");
    let usage = domain::Usage { input_tokens: 5, output_tokens: 6, cache_write_tokens: 0, cache_read_tokens: 1 };
    let finished = runs::Finished {
        status: RunStatus::Finished,
        text: None,
        error: None,
        usage: Some(usage),
        duration_ms: Some(70),
        tool_calls: 3,
        ended_at: 2_000,
        pause: None,
    };
    runs::finish(&db, &first.id, Vec::new(), finished).await.unwrap();
    let sum = domain::Spent { milliseconds: 70, tool_calls: 3, tokens: 12 };
    assert_eq!(spent::since(&db, 1, 1_999, 9_000).await.unwrap(), sum);
    assert_eq!(spent::since(&db, 1, 2_000, 9_000).await.unwrap(), domain::Spent::default());
    assert_eq!(spent::since(&db, 2, 0, 9_000).await.unwrap(), domain::Spent::default(), "another user's");
}

#[tokio::test]
async fn a_migration_that_fails_half_way_leaves_nothing_of_it() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path()).await);
    let path = directory.path().join("db.sqlite");
    let raw = sea_orm::Database::connect(format!("sqlite:{}", path.display())).await.unwrap();
    // As before the second one, but for a table in its way.
    raw.execute_unprepared("DELETE FROM seaql_migrations WHERE version = 'm0002_queue_and_limits'").await.unwrap();
    raw.execute_unprepared("DROP TABLE queued_prompts").await.unwrap();
    assert!(Db::open(&path).await.is_err());
    let made = raw.query_one_raw(sea_orm::Statement::from_string(
        raw.get_database_backend(),
        "SELECT 1 FROM sqlite_master WHERE name = 'queued_prompts'",
    ));
    assert!(made.await.unwrap().is_none(), "what it had made is undone");
}
