package slack_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"cobijo/bot/fakeslack"
	"cobijo/bot/reminders"
	"cobijo/seeds"
)

// withReminders gives the app its reminders, quick as a test needs them.
func withReminders(s *stage) {
	holidays, faults := reminders.LoadHolidays(seeds.FS)
	if len(faults) > 0 {
		s.t.Fatal(faults)
	}
	svc := reminders.New(reminders.Options{
		Redis: s.rdb, Store: s.store, Book: s.book, Statement: s.base.Statement, Holidays: holidays, Poster: s.channel, Members: s.channel,
		Log: slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug})), Now: s.clock.now,
		Timing: reminders.Timing{Plan: 20 * time.Millisecond, Window: 20 * time.Millisecond, Post: 5 * time.Second, Every: 20 * time.Millisecond, First: 20 * time.Millisecond},
	})
	s.channel.Remind(svc)
	s.remind = svc
	done := make(chan error, 1)
	go func() { done <- svc.Run(s.ctx) }()
	s.t.Cleanup(func() {
		s.stop()
		if err := <-done; err != nil && !errors.Is(err, context.Canceled) {
			s.t.Errorf("the reminders ended with %v", err)
		}
	})
}

// modal does something and waits for the form that opens.
func (s *stage) modal(p *fakeslack.Person, do func() (*fakeslack.Delivery, error)) fakeslack.View {
	s.t.Helper()
	n := len(s.Views(p))
	s.taken(do())
	s.until("a form opens before "+p.Name, func() bool { return len(s.Views(p)) > n })
	all := s.Views(p)
	return all[len(all)-1]
}

// submit sends a form that is to be taken.
func (s *stage) submit(p *fakeslack.Person, v fakeslack.View, fields map[string]any) {
	s.t.Helper()
	s.taken(s.Submit(p, v, fields))
	for _, still := range s.Views(p) {
		if still.ID == v.ID && len(still.Errors) > 0 {
			s.t.Fatalf("the form is refused: %v", still.Errors)
		}
	}
}

// message finds a message as it is now.
func (s *stage) message(m fakeslack.Message) fakeslack.Message {
	for _, c := range s.Channels() {
		for _, now := range s.Messages(&c) {
			if now.TS == m.TS && now.Channel == m.Channel {
				return now
			}
		}
	}
	return m
}

// reads waits until a message says something.
func (s *stage) reads(m fakeslack.Message, words ...string) fakeslack.Message {
	s.t.Helper()
	s.until("the message says "+strings.Join(words, ", "), func() bool {
		shown := s.Show(s.message(m))
		for _, w := range words {
			if !strings.Contains(shown, w) {
				return false
			}
		}
		return true
	})
	return s.message(m)
}

// TestTeam lets a team go through query, subscribe, reminder, report, escalation and export, over HTTP and over WebSocket.
func TestTeam(t *testing.T) {
	both(t, func(t *testing.T, way string) {
		s := open(t, setup{way: way, remind: withReminders})
		ana := s.Person("ana", "es-419", "America/Mexico_City")
		luis := s.Person("luis", "en-US", "America/Mexico_City")
		eva := s.Person("eva", "es-419", "America/Mexico_City")
		group := s.Group("coordinacion", ana, luis)
		team := s.Channel("coordination", ana, luis)

		s.has(s.slash(ana, team, "/commitments", "mx detención"), "mx-04")

		form := s.modal(ana, func() (*fakeslack.Delivery, error) {
			return s.Slash(ana, team, "/commitments", "recordar méxico"), nil
		})
		s.submit(ana, form, map[string]any{
			"rhythm": "weekly", "first": "2026-12-02", "time": "09:00", "zone": "America/Mexico_City", "lang": "es",
			"users": []string{luis.ID}, "mention": group.ID, "again": "3",
		})
		saved := s.Views(ana)
		if len(saved) != 1 || !strings.Contains(s.ShowView(saved[0]), "Guardado") || !strings.Contains(s.ShowView(saved[0]), "2 de diciembre de 2026, 09:00") {
			t.Fatalf("saved: %s", s.ShowView(saved[0]))
		}
		s.CloseView(ana)
		s.has(s.slash(ana, team, "/commitments", "recordatorios"), "México", "Cada semana, el miércoles", "@luis")

		// A week later.
		digest := s.posted(team, func() (*fakeslack.Delivery, error) {
			s.clock.set(time.Date(2026, 12, 2, 15, 0, 1, 0, time.UTC))
			return done(s), nil
		})
		s.has(digest, "Compromisos por revisar: 2 de diciembre de 2026", "@luis", "18 esperan respuesta", "Sin información", "Mostrarme los")
		if !strings.Contains(string(digest.Metadata), "cobijo_reminder") || !strings.Contains(string(digest.Metadata), "@2026-12-02") {
			t.Errorf("the digest bears %s", digest.Metadata)
		}

		form = s.modal(luis, s.press(luis, digest, "Informar avance"))
		s.submit(luis, form, map[string]any{"status": "under-way", "note": "Borrador listo <!channel>", "evidence": "https://example.org/a?b=1&c=2", "as_of": "2026-12-01"})
		digest = s.reads(digest, "En curso", "Informó @luis", "17 esperan respuesta")
		s.taken(s.Press(luis, digest, "Sin novedad"))
		digest = s.reads(digest, "Sin novedad, dice @luis", "16 esperan respuesta")
		s.taken(s.Choose(luis, digest, "Más opciones", "Preguntar de nuevo en una semana"))
		digest = s.reads(digest, "@luis lo pospuso hasta el 9 de diciembre de 2026")
		form = s.modal(luis, func() (*fakeslack.Delivery, error) {
			return s.Choose(luis, digest, "Más opciones", "Pasarlo a un colega…")
		})
		s.submit(luis, form, map[string]any{"to": ana.ID})
		digest = s.reads(digest, "@luis lo pasó a @ana")

		// Somebody from outside may look, and not report.
		no := s.whisper(eva, s.press(eva, digest, "Sin novedad"))
		s.has(no, "Solo pueden hacerlo quienes están en el canal")

		rest := s.whisper(luis, s.press(luis, digest, label(t, s, digest, "Mostrarme los")))
		s.has(rest, "mx-18", "Informar avance")

		// A reply below is kept as a note.
		s.taken(s.Reply(luis, team, digest.TS, "La secretaría responde en enero"), nil)
		s.until("the reply is kept", func() bool { return s.kept("La secretaría responde en enero") })

		// Three working days without an answer, and three more.
		s.clock.set(time.Date(2026, 12, 7, 15, 1, 0, 0, time.UTC))
		s.until("somebody is asked again", func() bool { return strings.Contains(s.Transcript(team), "nadie ha respondido todavía") })
		s.clock.set(time.Date(2026, 12, 10, 15, 1, 0, 0, time.UTC))
		s.until("the group is asked", func() bool { return strings.Contains(s.Transcript(team), "siguen sin respuesta") })
		if !strings.Contains(s.Transcript(team), "@coordinacion") {
			t.Errorf("the group is not named:\n%s", s.Transcript(team))
		}

		s.has(s.slash(luis, team, "/commitments", "progress mexico"), "Under way", "18 commitments", "░")
		s.taken(s.OpenHome(ana), nil)
		s.until("the App Home", func() bool { return s.Home(ana) != nil })
		home := s.ShowView(*s.Home(ana))
		for _, w := range []string{"Esperan su respuesta", "Sus recordatorios", "Avance", "En curso"} {
			if !strings.Contains(home, w) {
				t.Errorf("no %q in the App Home:\n%s", w, home)
			}
		}
		s.has(s.whisper(luis, func() (*fakeslack.Delivery, error) {
			return s.Slash(luis, team, "/commitments", "export csv mexico"), nil
		}), "csv")
		if len(s.Files(s.Direct(luis))) != 1 {
			t.Error("no file")
		}

		// The channel is put away: the subscription pauses itself, and Ana is told.
		told := s.posted(s.Direct(ana), func() (*fakeslack.Delivery, error) { return s.Archive(team, luis), nil })
		s.has(told, "el canal está archivado", "Reanudar")
	})
}

// done is a delivery of nothing: what follows is awaited otherwise.
func done(s *stage) *fakeslack.Delivery {
	all := s.Deliveries()
	return all[0]
}

// kept tells whether a note stands in the book.
func (s *stage) kept(note string) bool {
	all, err := s.book.All(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range all {
		if r.Note == note {
			return true
		}
	}
	return false
}
