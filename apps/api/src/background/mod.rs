//! What goes on beside requests. Each task needs nothing but the state it finds, is woken by a signal or a
//! timer, can be done again at any time, and ends with the server.

mod clean_up;
mod line;
mod places;
mod queues;

use std::sync::Arc;

use crate::app::App;

pub fn start(app: &Arc<App>) {
    app.tasks.spawn(queues::start_queued(app.clone()));
    app.tasks.spawn(clean_up::clean_up(app.clone()));
    app.tasks.spawn(line::tell_who_waits(app.clone()));
    app.tasks.spawn(places::tell_who_shares(app.clone()));
}
