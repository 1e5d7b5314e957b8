package slack_test

import (
	"strings"
	"testing"
	"time"

	"cobijo/bot/fakeslack"
	"cobijo/bot/outbox"
	"cobijo/bot/reminders"
)

func TestPoster(t *testing.T) {
	s := open(t, setup{way: overHTTP})
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	eva := s.Person("eva", "es-419", "America/Mexico_City")
	team := s.Channel("coordination", ana)
	begun := time.Now()
	d := reminders.Digest{
		Occurrence: "a@2026-11-25", Kind: reminders.Review, Lang: "es", Due: today, Items: []reminders.Item{{Commitment: "mx-04"}},
		Subscription: reminders.Subscription{ID: "a", Team: s.TeamID, Channel: team.ID, Participants: []string{"mx"}, Zone: "America/Mexico_City", Lang: "es"},
	}
	if _, there, err := s.channel.Find(t.Context(), s.TeamID, team.ID, d.Occurrence, begun); there || err != nil {
		t.Fatal("it is found before it is posted", err)
	}
	// The answer is lost after the message was posted: whether it was is asked.
	s.Fail("chat.postMessage", fakeslack.Fault{Cut: true, Done: true})
	_, err := s.channel.Post(t.Context(), d)
	e := &outbox.SendError{}
	if !asSend(err, &e) || e.Kind != outbox.Unavailable || e.Unsent {
		t.Fatalf("posted with %v", err)
	}
	p, there, err := s.channel.Find(t.Context(), s.TeamID, team.ID, d.Occurrence, begun)
	if err != nil || !there || p.Channel != team.ID || p.TS != s.Said(team)[0].TS {
		t.Fatalf("found %+v, %v, %v", p, there, err)
	}
	if _, there, _ := s.channel.Find(t.Context(), s.TeamID, team.ID, "a@2026-11-26", begun); there {
		t.Error("another occurrence is found")
	}
	d.Items[0].Answered = &reminders.Answer{How: reminders.NothingNew, At: today}
	if err := s.channel.Update(t.Context(), p, d); err != nil {
		t.Fatal(err)
	}
	s.has(s.Said(team)[0], "Sin novedad, dice", "Todos tienen respuesta")
	// A note that is tried again is posted once.
	n := reminders.Note{ID: "again-1", Kind: reminders.NoteAgain, Lang: "es", Items: d.Items, Mention: []string{ana.ID}}
	for range 2 {
		if err := s.channel.Thread(t.Context(), p, n); err != nil {
			t.Fatal(err)
		}
	}
	if all := s.Said(team); len(all) != 2 || all[1].Thread != p.TS {
		t.Errorf("%d messages:\n%s", len(all), s.Transcript(team))
	}
	// A preview is seen by one person alone, in the channel or where that is not possible in their direct messages.
	for _, who := range []*fakeslack.Person{ana, eva} {
		d.Only = who.ID
		if _, err := s.channel.Post(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.Ephemeral(ana)) != 1 || len(s.Said(s.Direct(eva))) != 1 || len(s.Said(team)) != 2 {
		t.Errorf("the preview stands in\n%s", s.Transcript(team))
	}
	for who, want := range map[*fakeslack.Person]bool{ana: true, eva: false} {
		if in, err := s.channel.Member(t.Context(), s.TeamID, team.ID, who.ID); err != nil || in != want {
			t.Errorf("%s: %v, %v", who.Name, in, err)
		}
	}
	s.taken(s.Join(team, eva), nil)
	if in, err := s.channel.Member(t.Context(), s.TeamID, team.ID, eva.ID); err != nil || !in {
		t.Errorf("whoever was just added: %v, %v", in, err)
	}
	if err := s.channel.Tell(t.Context(), s.TeamID, ana.ID, reminders.Notice{Kind: reminders.NoticePaused, Why: reminders.PausedGone, Cause: "not_in_channel", Lang: "es", Subscription: d.Subscription}); err != nil {
		t.Fatal(err)
	}
	s.has(s.Said(s.Direct(ana))[0], "ya no estoy en ese canal")

	// What became of the channel is told apart.
	d.Only = ""
	s.RemoveBot(team, ana)
	if _, err := s.channel.Post(t.Context(), d); !asSend(err, &e) || e.Kind != outbox.Gone || !e.Unsent || !strings.Contains(err.Error(), "not_in_channel") {
		t.Errorf("removed: %v", err)
	}
	s.InviteBot(team, ana)
	s.Archive(team, ana)
	if _, err := s.channel.Post(t.Context(), d); !asSend(err, &e) || e.Kind != outbox.Gone || !strings.Contains(err.Error(), "is_archived") {
		t.Errorf("archived: %v", err)
	}
	s.Revoke("token_revoked")
	if _, err := s.channel.Post(t.Context(), d); !asSend(err, &e) || e.Kind != outbox.Config {
		t.Errorf("revoked: %v", err)
	}
	s.Revoke("")
}
