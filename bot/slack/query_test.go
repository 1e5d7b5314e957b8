package slack_test

import (
	"strings"
	"testing"
	"time"

	"cobijo/bot/fakeslack"
	"cobijo/bot/progress"
)

func TestQuery(t *testing.T) {
	both(t, func(t *testing.T, way string) {
		s := open(t, setup{way: way})
		ana := s.Person("ana", "es-419", "America/Mexico_City")
		team := s.Channel("coordination", ana)
		if _, err := s.book.Add(t.Context(), progress.Report{Commitment: "mx-01", Kind: progress.Claimed, Status: progress.UnderWay, Who: progress.Person{ID: ana.ID}, AsOf: "2026-10-22", Evidence: "https://example.org/x"}); err != nil {
			t.Fatal(err)
		}

		m := s.slash(ana, team, "/commitments", "mx")
		s.has(m, "México", "compromisos", "mx-01", "En curso", "hace 34 días", "Sin información", "Compartir en el canal")
		if s.Said(team) != nil {
			t.Error("what one person asked stands in the channel")
		}

		next := label(t, s, m, "6–")
		m = s.changes(ana, m, s.press(ana, m, next))
		s.has(m, "mx-06")
		m = s.changes(ana, m, s.press(ana, m, "Anteriores"))
		s.has(m, "mx-01")

		card := s.changes(ana, m, func() (*fakeslack.Delivery, error) { return s.Press(ana, m, "Leer") })
		s.has(card, "mx-01", "Declaración de Acción de San José", "no oficial", "Declarado: 🔵 *En curso*", "evidencia", "Evaluado: nadie")

		shared := s.posted(team, s.press(ana, card, "Compartir en el canal"))
		s.has(shared, "Compartido por", "mx-01")
		if strings.Contains(s.Show(shared), "Compartir en el canal") {
			t.Error("what was shared can be shared again")
		}
		// What stands in the channel answers whoever presses alone.
		again := s.whisper(ana, s.press(ana, shared, label(t, s, shared, "Todo de")))
		s.has(again, "mx-01")
	})
}

// label finds a button by what it begins with.
func label(t *testing.T, s *stage, m fakeslack.Message, begin string) string {
	t.Helper()
	for _, l := range strings.FieldsFunc(s.Show(m), func(r rune) bool { return r == '[' || r == ']' || r == '\n' }) {
		if l = strings.TrimSpace(l); strings.HasPrefix(l, begin) {
			return l
		}
	}
	t.Fatalf("no button begins with %q in\n%s", begin, s.Show(m))
	return ""
}

func TestCommands(t *testing.T) {
	s := open(t, setup{way: overHTTP})
	ana := s.Person("ana", "en-US", "America/New_York")
	team := s.Channel("coordination", ana)
	for _, c := range []struct {
		text string
		has  []string
	}{
		{"", []string{"/commitments compare", "San José"}},
		{"help", []string{"/commitments compare"}},
		{"mx detention", []string{"Mexico", "Detention", "mx-"}},
		{"mexico detention of children", []string{"mx-"}},
		{"mx-04", []string{"mx-04", "Mexico", "San José Action Statement, 7 July 2016, page"}},
		{"unicorns", []string{"no such commitment"}},
		{"compare mexico guatemala detention", []string{"Mexico · Guatemala", "mx-04", "Nothing of its own"}},
		{"comparar mx gt", []string{"Mexico · Guatemala", "All of Mexico"}},
		{"compare mexico", []string{"Which two participants"}},
		{"progress mexico", []string{"Progress", "Mexico", "No information", "░"}},
		{"language", []string{"Español", "English"}},
		{"remind", []string{"no reminders on this server"}},
		{"reminders", []string{"no reminders on this server"}},
	} {
		t.Run(c.text, func(t *testing.T) {
			was := s.t
			s.t = t
			defer func() { s.t = was }()
			s.has(s.slash(ana, team, "/commitments", c.text), c.has...)
		})
	}
}

func TestLanguage(t *testing.T) {
	s := open(t, setup{way: overHTTP})
	ana := s.Person("ana", "en-US", "America/New_York")
	team := s.Channel("coordination", ana)
	s.has(s.slash(ana, team, "/commitments", "mx"), "commitments")
	s.has(s.slash(ana, team, "/commitments", "language es"), "español")
	s.has(s.slash(ana, team, "/commitments", "mx"), "compromisos")
	s.has(s.slash(ana, team, "/protection", ""), "toque un tema")
	m := s.slash(ana, team, "/commitments", "language")
	m = s.changes(ana, m, s.press(ana, m, "English"))
	s.has(m, "I answer in English")
	s.has(s.slash(ana, team, "/commitments", "mx"), "commitments")
}

func TestFreeText(t *testing.T) {
	both(t, func(t *testing.T, way string) {
		s := open(t, setup{way: way})
		ana := s.Person("ana", "es-419", "America/Mexico_City")
		team := s.Channel("coordination", ana)
		direct := s.Direct(ana)

		m := s.posted(direct, func() (*fakeslack.Delivery, error) {
			return s.DM(ana, "¿Qué plazo hay para pedir asilo en México?"), nil
		})
		s.has(m, "30 días", "Fuente")
		m = s.posted(direct, func() (*fakeslack.Delivery, error) { return s.DM(ana, "what did Mexico commit to on detention?"), nil })
		s.has(m, "mx-")
		card := s.posted(direct, s.press(ana, m, label(t, s, m, "mx-")))
		s.has(card, "San José")

		m = s.whisper(ana, func() (*fakeslack.Delivery, error) {
			return s.Mention(ana, team, "¿Qué prometió México sobre detención?"), nil
		})
		s.has(m, "mx-", "Compartir en el canal")
		shared := s.posted(team, s.press(ana, m, "Compartir en el canal"))
		s.has(shared, "Compartido por", "mx-")
		s.has(s.whisper(ana, func() (*fakeslack.Delivery, error) { return s.Mention(ana, team, "ayuda"), nil }), "/commitments comparar")
		s.has(s.slash(ana, team, "/protection", "¿cómo apelo en México?"), "México")

		told := s.Say(ana, team, "Guatemala dijo algo sobre detención de niños")
		if err := told.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		all := s.Messages(team)
		found := s.whisper(ana, func() (*fakeslack.Delivery, error) { return s.Shortcut(ana, "find_commitments", all[len(all)-1]), nil })
		s.has(found, "gt-")
		if strings.Contains(string(found.Blocks), "dijo algo") {
			t.Error("somebody's message stands in a button")
		}
	})
}

func TestExport(t *testing.T) {
	both(t, func(t *testing.T, way string) {
		s := open(t, setup{way: way})
		ana := s.Person("ana", "en-US", "America/New_York")
		team := s.Channel("coordination", ana)
		m := s.slash(ana, team, "/commitments", "mx detention")
		s.has(s.whisper(ana, s.press(ana, m, "CSV file")), "san-jose-commitments-2026-11-25.csv")
		s.has(s.slash(ana, team, "/commitments", "export json guatemala"), "san-jose-commitments-2026-11-25.json")
		files := s.Files(s.Direct(ana))
		if len(files) != 2 || !strings.HasPrefix(string(files[0].Content), "id,participant,") || !strings.Contains(string(files[1].Content), `"gt-01"`) {
			t.Errorf("%d files", len(files))
		}
	})
}

func TestOldButtons(t *testing.T) {
	s := open(t, setup{way: overHTTP})
	ana := s.Person("ana", "en-US", "America/New_York")
	team := s.Channel("coordination", ana)
	m := s.slash(ana, team, "/commitments", "mx")
	for i, change := range []func(string) string{
		func(b string) string { return strings.ReplaceAll(b, `"value":"1:`, `"value":"0:`) },
		func(b string) string { return strings.ReplaceAll(b, `"action_id":"show`, `"action_id":"vanish`) },
		func(b string) string { return strings.ReplaceAll(b, `1:[\"mx-01\"]`, `1:[\"zz-99\"]`) },
	} {
		payload := strings.Replace(blockActions, "BLOCKS", change(`{"type":"button","action_id":"show#1","block_id":"x","value":"1:[\"mx-01\"]","action_ts":"`+time.Duration(i).String()+`"}`), 1)
		status := s.sendInteraction(ana, team, m, payload)
		if status != 200 {
			t.Fatal(status)
		}
		n := i + 2
		s.until("a kind answer", func() bool { return len(s.Ephemeral(ana)) >= n })
		all := s.Ephemeral(ana)
		s.has(all[len(all)-1], "too old", "/commitments")
	}
}
