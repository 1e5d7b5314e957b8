package slack_test

import (
	"context"
	"maps"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"cobijo/bot/fakeslack"
)

// refused sends a form that is not to be taken, and gives what stands beside its fields.
func (s *stage) refused(p *fakeslack.Person, v fakeslack.View, fields map[string]any) map[string]string {
	s.t.Helper()
	s.taken(s.Submit(p, v, fields))
	for _, still := range s.Views(p) {
		if still.ID == v.ID && len(still.Errors) > 0 {
			return still.Errors
		}
	}
	s.t.Fatalf("the form is taken: %v", fields)
	return nil
}

// TestManage lets somebody change, pause, resume, preview and delete what they subscribed to, and make mistakes.
func TestManage(t *testing.T) {
	both(t, func(t *testing.T, way string) {
		s := open(t, setup{way: way, remind: withReminders})
		ana := s.Person("ana", "es-419", "America/Mexico_City")
		luis := s.Person("luis", "es-419", "America/Mexico_City")
		eva := s.Person("eva", "es-419", "America/Mexico_City")
		team := s.Channel("coordination", ana, luis)
		other := s.Channel("other", eva)

		// What is wrong stands beside its field.
		form := s.modal(ana, func() (*fakeslack.Delivery, error) { return s.Slash(ana, team, "/commitments", "recordar"), nil })
		good := map[string]any{
			"channel": team.ID, "participants": []string{"mx"}, "commitments": "", "rhythm": "weekly", "first": "2026-12-02", "time": "09:00", "zone": "America/Mexico_City", "lang": "es", "users": []string{luis.ID},
		}
		with := func(changed map[string]any) map[string]any {
			all := maps.Clone(good)
			maps.Copy(all, changed)
			return all
		}
		for _, tt := range []struct {
			field string
			wrong map[string]any
			want  string
		}{
			{"commitments", map[string]any{"commitments": "mx-99, nonsense"}, "No lo conozco"},
			{"rule", map[string]any{"rhythm": "rule", "rule": "every full moon"}, "No puedo leerlo"},
			{"rule", map[string]any{"rhythm": "rule", "rule": "*/5 * * * *"}, "más de una vez al día"},
			{"channel", map[string]any{"channel": other.ID}, ""},
		} {
			if got := s.refused(ana, form, with(tt.wrong)); got[tt.field] == "" || !strings.Contains(got[tt.field], tt.want) {
				t.Errorf("%v: beside the fields stands %q, not %q beside %s", tt.wrong, got, tt.want, tt.field)
			}
		}
		s.submit(ana, form, good)
		s.CloseView(ana)

		// Changed.
		list := s.slash(ana, team, "/commitments", "recordatorios")
		s.has(list, "México", "Cada semana, el miércoles")
		form = s.modal(ana, s.press(ana, list, "Cambiar"))
		s.submit(ana, form, map[string]any{"rhythm": "monthly", "time": "10:30"})
		s.CloseView(ana)
		list = s.slash(luis, team, "/commitments", "recordatorios")
		s.has(list, "Cada mes, el día 2 a las 10:30")

		// Paused, by one who is in the channel; resumed.
		list = s.changes(luis, list, s.press(luis, list, "Pausar"))
		s.has(list, "En pausa: @luis", "Reanudar")
		s.clock.set(time.Date(2026, 12, 2, 16, 30, 1, 0, time.UTC))
		list = s.changes(luis, list, s.press(luis, list, "Reanudar")) // answered when it is done
		s.has(list, "Pausar")
		if n := len(s.Said(team)); n != 0 {
			t.Errorf("%d messages of a paused reminder", n)
		}

		// A preview is seen by the one who asked, and by nobody else.
		s.taken(s.Press(ana, s.slash(ana, team, "/commitments", "recordatorios"), "Vista previa, solo para mí"))
		s.until("a preview that Ana alone sees", func() bool {
			for _, m := range s.Ephemeral(ana) {
				if shown := s.Show(m); strings.Contains(shown, "Vista previa: solo usted la ve") && strings.Contains(shown, "mx-01") {
					return true
				}
			}
			return false
		})
		if n := len(s.Said(team)); n != 0 {
			t.Errorf("%d messages in the channel after a preview", n)
		}

		// Somebody from outside sees no buttons, and an old button of another's does nothing.
		if shown := s.Show(s.slash(eva, team, "/commitments", "recordatorios")); strings.Contains(shown, "México") {
			t.Errorf("one from outside sees\n%s", shown)
		}
		s.has(s.whisper(eva, s.press(eva, list, "Eliminar")), "Solo pueden hacerlo")

		// A channel under another name: the owner is asked whether it is still the place.
		told := s.posted(s.Direct(ana), func() (*fakeslack.Delivery, error) { return s.Rename(team, "another-name"), nil })
		s.has(told, "el canal tiene otro nombre", "Reanudar")
		s.has(s.posted(s.Direct(ana), s.press(ana, told, "Reanudar")), "Pausar") // answered when it is done

		// It is posted when its day comes.
		s.has(s.posted(team, func() (*fakeslack.Delivery, error) {
			s.clock.set(time.Date(2027, 1, 4, 16, 30, 1, 0, time.UTC)) // 2 January is a Saturday
			return done(s), nil
		}), "mx-01")

		// Deleted.
		list = s.slash(ana, team, "/commitments", "recordatorios")
		s.changes(ana, list, s.press(ana, list, "Eliminar"))
		if all, err := s.remind.Subscriptions(context.WithoutCancel(t.Context()), "", ""); err != nil || len(all) != 0 {
			t.Errorf("%d subscriptions are left, %v", len(all), err)
		}
	})
}

// TestAnswers lets somebody say that a commitment is not to be asked for any more, put another off, and make mistakes.
func TestAnswers(t *testing.T) {
	both(t, func(t *testing.T, way string) {
		s := open(t, setup{way: way, remind: withReminders})
		ana := s.Person("ana", "es-419", "America/Mexico_City")
		luis := s.Person("luis", "es-419", "America/Mexico_City")
		team := s.Channel("coordination", ana, luis)
		form := s.modal(ana, func() (*fakeslack.Delivery, error) { return s.Slash(ana, team, "/commitments", "recordar mx"), nil })
		s.submit(ana, form, map[string]any{
			"rhythm": "weekly", "first": "2026-12-02", "time": "09:00", "zone": "America/Mexico_City", "lang": "es", "users": []string{luis.ID},
		})
		s.CloseView(ana)
		digest := s.posted(team, func() (*fakeslack.Delivery, error) {
			s.clock.set(time.Date(2026, 12, 2, 15, 0, 1, 0, time.UTC))
			return done(s), nil
		})
		form = s.modal(luis, func() (*fakeslack.Delivery, error) {
			return s.Choose(luis, digest, "Más opciones", "Ya no preguntar por este…")
		})
		s.submit(luis, form, nil)
		digest = s.reads(digest, "@luis pidió que ya no se pregunte por él")
		form = s.modal(luis, func() (*fakeslack.Delivery, error) {
			return s.Choose(luis, digest, "Más opciones", "Preguntar de nuevo en una fecha…")
		})
		if got := s.refused(luis, form, map[string]any{"until": "2020-01-01"}); len(got) == 0 {
			t.Error("a day in the past is taken")
		}
		s.submit(luis, form, map[string]any{"until": "2026-12-16"})
		digest = s.reads(digest, "@luis lo pospuso hasta el 16 de diciembre de 2026")
		form = s.modal(luis, s.press(luis, digest, "Informar avance"))
		if got := s.refused(luis, form, map[string]any{"status": "done", "evidence": "javascript:alert(1)", "as_of": "2026-12-02"}); got["evidence"] == "" {
			t.Errorf("evidence that is no address: %v", got)
		}
		s.CloseView(luis)
	})
}
