//! What is set up otherwise for a test, as Platform does it or whoever runs the program.

use crate::{Desk, Role, with};
use domain::setup::{Setup, TeamSetup};
use serde_json::{Value, json};
use server::app::{Ctx, setup};

impl Desk {
    /// What a team may hold at most.
    pub async fn limit(&self, team: &str, limits: Value) {
        let limits = serde_json::from_value(limits).expect("are limits");
        self.set_up(|setup| team_of(setup, team).limits = limits).await;
    }

    /// Gives a group a role in a team, or for all of Berth when there is no team.
    pub async fn bind(&self, group: &str, team: Option<&str>, role: &str) {
        let binding = json!({"group": group, "role": role});
        self.set_up(|setup| match team {
            Some(team) => team_of(setup, team).groups.push(serde_json::from_value(binding).expect("is a binding")),
            None => setup.platform.push(serde_json::from_value(binding).expect("is a binding")),
        })
        .await;
    }

    /// Platform pauses a cluster.
    pub async fn pause(&self, cluster: &str, reason: &str) {
        let path = format!("/api/v1/clusters/{cluster}/pause");
        self.as_(Role::Platform).await.post(&path, &json!({"reason": reason})).await.expect(200);
    }

    /// And resumes it: what waits there is enqueued.
    pub async fn resume(&self, cluster: &str) {
        let path = format!("/api/v1/clusters/{cluster}/resume");
        self.as_(Role::Platform).await.post(&path, &json!({})).await.expect(200);
    }

    /// These settings of a cluster.
    pub async fn set_cluster(&self, name: &str, settings: Value) {
        let settings = serde_json::from_value(with(settings, json!({"name": name}))).expect("are settings");
        self.set_up(|setup| setup.clusters.push(settings)).await;
    }

    /// Changes what is set up, as whoever runs the program may: also roles that nobody who has signed in may give.
    async fn set_up(&self, change: impl FnOnce(&mut Setup)) {
        let operator = Ctx::operator(self.berth().clone());
        let there = setup::export(&operator).await.expect("is exported");
        // What is not named stays as it is.
        let mut wanted = Setup { teams: there.teams, platform: there.platform, ..Setup::default() };
        change(&mut wanted);
        setup::apply(&operator, wanted, false).await.expect("is applied");
    }
}

fn team_of<'a>(setup: &'a mut Setup, slug: &str) -> &'a mut TeamSetup {
    setup.teams.iter_mut().find(|team| team.slug.as_str() == slug).expect("there is the team")
}
