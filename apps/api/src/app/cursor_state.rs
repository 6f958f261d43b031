//! What the CLI last said of itself: version, login, models. Asking takes it a second or more, so the
//! answers are kept; one asks at a time and the others wait for that answer.

use std::{
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use agents::cursor::{models, status};
use db::{Change, query::settings};
use tokio::sync::Mutex;

use super::{
    App, Error, Result,
    cursor::{
        home::{CursorHome, login_directory},
        probe,
        program::CursorProgram,
    },
};

/// Older answers are renewed when somebody asks.
const MAX_AGE: Duration = Duration::from_secs(10 * 60);

/// An unknown model is looked up again unless the list is younger than this.
const MODELS_MAX_AGE: Duration = Duration::from_secs(60);

const PROBE_LIMIT: Duration = Duration::from_secs(15);

const API_KEY_SETTING: &str = "cursor_api_key";

#[derive(Clone, Debug, Default)]
pub struct CursorState {
    pub program: Option<CursorProgram>,
    pub login: LoginState,
    /// `None`: the CLI does not tell.
    pub models: Option<Vec<models::Model>>,
}

#[derive(Clone, Debug, Default)]
pub struct LoginState {
    /// `None`: the CLI does not tell.
    pub logged_in: Option<bool>,
    pub by_api_key: bool,
    pub email: Option<String>,
    pub message: Option<String>,
    /// The login moves with the configuration directory, so this one is shared with every agent.
    pub shared: Option<PathBuf>,
}

#[derive(Default)]
pub struct CursorStateCache {
    current: Mutex<Option<(Instant, Arc<CursorState>)>>,
}

impl App {
    /// As it was last seen, asked now if that is too long ago.
    pub async fn cursor_state(&self) -> Arc<CursorState> {
        self.cursor_state_younger_than(MAX_AGE).await
    }

    /// Asks now.
    pub async fn refresh_cursor_state(&self) -> Arc<CursorState> {
        self.cursor_state_younger_than(Duration::ZERO).await
    }

    /// As it was last seen, if it was; never waits.
    pub fn known_cursor_state(&self) -> Option<Arc<CursorState>> {
        self.cursor_state.current.try_lock().ok()?.as_ref().map(|(_, state)| state.clone())
    }

    /// Whether the CLI may be asked for this model: it is on the list, or there is none.
    pub async fn knows_model(&self, id: &str) -> bool {
        let knows = |state: &CursorState| state.models.as_ref().is_none_or(|models| models.iter().any(|model| model.id == id));
        // A bracket form is one of the model's variants; the CLI knows which there are.
        let id_is_variant = id.contains('[');
        id_is_variant || knows(&*self.cursor_state().await) || knows(&*self.cursor_state_younger_than(MODELS_MAX_AGE).await)
    }

    async fn cursor_state_younger_than(&self, age: Duration) -> Arc<CursorState> {
        let asked = Instant::now();
        let mut current = self.cursor_state.current.lock().await;
        if let Some((at, state)) = &*current
            // Also when somebody else asked while we waited for our turn.
            && (at.elapsed() < age || *at > asked)
        {
            return state.clone();
        }
        let state = Arc::new(self.ask_cursor().await);
        *current = Some((Instant::now(), state.clone()));
        state
    }

    async fn ask_cursor(&self) -> CursorState {
        let Some(program) = self.finder.find().await else { return CursorState::default() };
        let home = CursorHome::at(&self.data.cursor("probe"));
        if let Err(error) = home.prepare(&[], None) {
            tracing::warn!(%error, "the CLI cannot be asked");
            return CursorState { program: Some(program), ..CursorState::default() };
        }
        let api_key = self.cursor_api_key().await;
        let mut environment = home.environment();
        environment.extend(api_key.as_ref().map(|key| ("CURSOR_API_KEY".into(), key.into())));
        let ask = async |environment: &[(std::ffi::OsString, std::ffi::OsString)]| {
            let answer = probe::output(&program.resolved, &["status", "--format", "json"], environment, PROBE_LIMIT).await;
            answer.ok().and_then(|answer| status::parse(&answer.stdout))
        };
        let mut status = ask(&environment).await;
        let mut shared = None;
        // A CLI that does not speak of a login at all is not asked twice.
        if status.as_ref().is_some_and(|status| !status.logged_in)
            && api_key.is_none()
            && let Some(elsewhere) = ask(&[]).await.filter(|status| status.logged_in)
        {
            shared = login_directory().filter(|directory| home.prepare(&[], Some(directory)).is_ok());
            status = ask(&environment).await.filter(|status| status.logged_in).or(status);
            if shared.is_none() {
                status = Some(elsewhere);
            }
        }
        let listed = probe::output(&program.resolved, &["models"], &environment, PROBE_LIMIT).await;
        let models = listed.ok().filter(|answer| answer.success).and_then(|answer| models::parse(&answer.stdout));
        let login = LoginState {
            logged_in: status.as_ref().map(|status| status.logged_in),
            by_api_key: api_key.is_some() || std::env::var_os("CURSOR_API_KEY").is_some_and(|key| !key.is_empty()),
            email: status.as_ref().and_then(|status| status.email.clone()),
            message: status.and_then(|status| status.message),
            shared,
        };
        CursorState { program: Some(program), login, models }
    }

    /// The key that was entered in the page.
    pub async fn cursor_api_key(&self) -> Option<String> {
        let sealed = settings::get(&self.db, API_KEY_SETTING).await.ok().flatten()?;
        self.sealer.open_sealed(API_KEY_SETTING, &sealed)
    }

    pub async fn set_cursor_api_key(self: &Arc<Self>, user_id: i64, key: Option<String>) -> Result<()> {
        match key {
            Some(key) => {
                let key = key.trim();
                if key.is_empty() || key.len() > 4096 || key.chars().any(char::is_control) {
                    return Err(Error::invalid("That is no API key. Copy it from the Cursor dashboard, under Integrations."));
                }
                let sealed = self.sealer.seal(API_KEY_SETTING, key);
                let sealed = sealed.ok_or_else(|| Error::internal("seal the key", "sealing failed"))?;
                settings::set(&self.db, API_KEY_SETTING, &sealed).await?;
            }
            None => settings::delete(&self.db, API_KEY_SETTING).await?,
        }
        self.recheck_cursor(user_id);
        Ok(())
    }

    /// Asks the CLI again in the background and tells the pages when it has answered.
    pub fn recheck_cursor(self: &Arc<Self>, user_id: i64) {
        let app = self.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                _ = app.refresh_cursor_state() => {}
                () = app.shutdown.cancelled() => return,
            }
            if let Err(error) = db::query::changes::announce(&app.db, user_id, Change::Doctor).await {
                tracing::warn!(%error, "the pages were not told");
            }
        });
    }

    /// Starts the CLI's own login, unless it runs already.
    pub async fn begin_login(self: &Arc<Self>, user_id: i64) -> Result<()> {
        let program =
            self.finder.find().await.ok_or_else(|| Error::invalid("The Cursor CLI is not installed on the server's machine."))?;
        let Some(cancelled) = self.login.begin(&self.shutdown) else { return Ok(()) };
        let app = self.clone();
        self.tasks.spawn(async move {
            app.login.run(&program.resolved, cancelled).await;
            app.recheck_cursor(user_id);
        });
        Ok(())
    }
}
