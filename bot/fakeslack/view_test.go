package fakeslack

import (
	"encoding/json"
	"sync"
	"testing"
	"time"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

func plainText(s string) *api.TextBlockObject {
	return api.NewTextBlockObject(api.PlainTextType, s, false, false)
}

func form(title string) api.ModalViewRequest {
	note := api.NewPlainTextInputBlockElement(nil, "note")
	note.MaxLength = 20
	status := api.NewOptionsSelectBlockElement(api.OptTypeStatic, plainText("Choose"), "status",
		api.NewOptionBlockObject("done", plainText("Done"), nil), api.NewOptionBlockObject("blocked", plainText("Blocked"), nil))
	who := api.NewOptionsMultiSelectBlockElement(api.MultiOptTypeUser, plainText("People"), "who")
	whoBlock := api.NewInputBlock("who-block", plainText("Who"), nil, who)
	whoBlock.Optional = true
	return api.ModalViewRequest{
		Type: api.VTModal, Title: plainText(title), Submit: plainText("Send"), Close: plainText("Cancel"), CallbackID: "report", PrivateMetadata: "p1",
		Blocks: api.Blocks{BlockSet: []api.Block{
			api.NewInputBlock("status-block", plainText("Status"), nil, status), api.NewInputBlock("note-block", plainText("Note"), nil, note), whoBlock,
		}},
	}
}

func TestModals(t *testing.T) {
	s, c, ctx := start(t)
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	team := s.Channel("coordination", ana)
	var mu sync.Mutex
	var answer *api.ViewSubmissionResponse
	var got api.InteractionCallback
	say := func(a *api.ViewSubmissionResponse) { mu.Lock(); answer = a; mu.Unlock() }
	connect(ctx, t, s, c, func(sm *socketmode.Client, e socketmode.Event) {
		switch e.Type {
		case socketmode.EventTypeSlashCommand:
			cmd := e.Data.(api.SlashCommand)
			_ = sm.Ack(*e.Request)
			if _, err := c.OpenViewContext(ctx, cmd.TriggerID, form("Report")); err != nil {
				t.Error(err)
			}
			if _, err := c.OpenViewContext(ctx, cmd.TriggerID, form("Report")); errText(err) != "exchanged_trigger_id" {
				t.Errorf("a trigger twice: %v", err)
			}
		case socketmode.EventTypeInteractive:
			mu.Lock()
			defer mu.Unlock()
			if got = e.Data.(api.InteractionCallback); got.Type == api.InteractionTypeViewSubmission && answer != nil {
				_ = sm.Ack(*e.Request, answer)
				return
			}
			_ = sm.Ack(*e.Request)
		}
	})
	if err := s.Slash(ana, team, "/commitments", "report").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	v, err := s.View(ctx, ana)
	if err != nil {
		t.Fatal(err)
	}
	for _, fields := range []map[string]any{{}, {"Status": "Nearly"}, {"Status": "Done", "Note": "much too long a note, it is"}, {"Nothing": "x"}} {
		if _, err := s.Submit(ana, v, fields); err == nil {
			t.Errorf("%v was taken", fields)
		}
	}
	submit := func(fields map[string]any) {
		t.Helper()
		d, err := s.Submit(ana, v, fields)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Wait(ctx); err != nil {
			t.Fatal(err)
		}
	}
	say(api.NewErrorsViewSubmissionResponse(map[string]string{"note-block": "say more"}))
	submit(map[string]any{"Status": "Done", "Note": "ok", "who": []string{ana.ID}})
	values := got.View.State.Values
	if values["status-block"]["status"].SelectedOption.Value != "done" || values["note-block"]["note"].Value != "ok" || len(values["who-block"]["who"].SelectedUsers) != 1 || got.View.PrivateMetadata != "p1" {
		t.Errorf("state %+v", values)
	}
	if vs := s.Views(ana); len(vs) != 1 || vs[0].Errors["note-block"] != "say more" {
		t.Errorf("views %+v", vs)
	}
	second := form("Second")
	say(api.NewPushViewSubmissionResponse(&second))
	submit(map[string]any{"Note": "more"}) // what was filled in before is still there
	if vs := s.Views(ana); len(vs) != 2 || vs[1].Previous != v.ID {
		t.Fatalf("pushed %+v", vs)
	}
	v, _ = s.View(ctx, ana)
	say(nil)
	submit(map[string]any{"Status": "blocked", "Note": "x"})
	if vs := s.Views(ana); len(vs) != 1 {
		t.Errorf("after the upper one closed: %+v", vs)
	}
	v, _ = s.View(ctx, ana)
	say(api.NewClearViewSubmissionResponse())
	submit(nil)
	if vs := s.Views(ana); len(vs) != 0 {
		t.Errorf("after clear: %+v", vs)
	}
	noProblemsBut(t, s, 1) // the trigger that was used twice
}

func noProblemsBut(t *testing.T, s *Server, n int) {
	t.Helper()
	if ps := s.Problems(); len(ps) != n {
		t.Errorf("%d problems, want %d: %q", len(ps), n, ps)
	}
}

func TestTriggersAndHashes(t *testing.T) {
	s, c, ctx := start(t)
	s.TriggerTime = 3 * time.Second
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	s.Now = func() time.Time { return now }
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	s.mu.Lock()
	late, soon := s.newTrigger(ana.ID, nil), ""
	now = now.Add(4 * time.Second)
	soon = s.newTrigger(ana.ID, nil)
	s.mu.Unlock()
	if _, err := c.OpenViewContext(ctx, late, form("Late")); errText(err) != "expired_trigger_id" {
		t.Errorf("late: %v", err)
	}
	if _, err := c.OpenViewContext(ctx, "1.2.3", form("Never")); errText(err) != "invalid_trigger_id" {
		t.Errorf("made up: %v", err)
	}
	r, err := c.OpenViewContext(ctx, soon, form("Soon"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.UpdateViewContext(ctx, form("Again"), "", r.Hash, r.ID); err != nil {
		t.Error(err)
	}
	if _, err := c.UpdateViewContext(ctx, form("Once more"), "", r.Hash, r.ID); errText(err) != "hash_conflict" {
		t.Errorf("an old hash: %v", err)
	}
	home := api.HomeTabViewRequest{Type: api.VTHomeTab, Blocks: api.Blocks{BlockSet: []api.Block{button("b", "B")}}}
	p, err := c.PublishViewContext(ctx, api.PublishViewContextRequest{UserID: ana.ID, View: home})
	if err != nil {
		t.Fatal(err)
	}
	old := "hash.0"
	if _, err := c.PublishViewContext(ctx, api.PublishViewContextRequest{UserID: ana.ID, View: home, Hash: &old}); errText(err) != "hash_conflict" {
		t.Errorf("an old home: %v", err)
	}
	if h := s.Home(ana); h == nil || h.ID != p.ID || Show(h.Content) != "[B]" {
		t.Errorf("home %+v", h)
	}
	s.CloseView(ana)
	if _, err := c.UpdateViewContext(ctx, form("Gone"), "", "", r.ID); errText(err) != "not_found" {
		t.Errorf("closed: %v", err)
	}
	noProblems(t, s)
}

func TestButtonsAndResponseURL(t *testing.T) {
	s, c, ctx := start(t)
	now := time.Now()
	var mu sync.Mutex
	s.Now = func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	ana := s.Person("ana", "es-419", "America/Mexico_City")
	team := s.Channel("coordination", ana)
	var got api.InteractionCallback
	connect(ctx, t, s, c, func(sm *socketmode.Client, e socketmode.Event) {
		switch e.Type {
		case socketmode.EventTypeSlashCommand:
			_ = sm.Ack(*e.Request, map[string]any{"text": "aquí", "blocks": []api.Block{button("share", "Compartir")}})
		case socketmode.EventTypeInteractive:
			mu.Lock()
			got = e.Data.(api.InteractionCallback)
			mu.Unlock()
			_ = sm.Ack(*e.Request)
		}
	})
	if err := s.Slash(ana, team, "/commitments", "mexico").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	said := s.Ephemeral(ana)
	if len(said) != 1 || s.Show(said[0]) != "[Compartir]" {
		t.Fatalf("said %+v", said)
	}
	d, err := s.Press(ana, said[0], "Compartir")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Wait(ctx); err != nil {
		t.Fatal(err)
	}
	if a := got.ActionCallback.BlockActions; len(a) != 1 || a[0].ActionID != "share" || a[0].Value != "v-share" || !got.Container.IsEphemeral || got.User.ID != ana.ID {
		t.Errorf("interaction %+v", got)
	}
	answer := func(m api.WebhookMessage) error { return api.PostWebhookContext(ctx, got.ResponseURL, &m) }
	for i, m := range []api.WebhookMessage{
		{Text: "cambiado", ReplaceOriginal: true, Blocks: &api.Blocks{BlockSet: []api.Block{button("x", "X")}}}, {Text: "todos", ResponseType: "in_channel"}, {Text: "más"}, {Text: "más"}, {DeleteOriginal: true},
	} {
		if err := answer(m); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	if err := answer(api.WebhookMessage{Text: "sexto"}); err == nil {
		t.Error("a sixth answer was taken")
	}
	if got := s.Transcript(team); got != "cobijo:\n  todos\ncobijo (only @ana sees it):\n  más\ncobijo (only @ana sees it):\n  más\n" {
		t.Errorf("transcript\n%s", got)
	}
	noProblemsBut(t, s, 1) // the sixth answer
	if err := s.Slash(ana, team, "/commitments", "").Wait(ctx); err != nil {
		t.Fatal(err)
	}
	ds := s.Deliveries()
	var cmd struct {
		ResponseURL string `json:"response_url"`
	}
	if err := json.Unmarshal(ds[len(ds)-1].Payload, &cmd); err != nil {
		t.Fatal(err)
	}
	mu.Lock()
	now = now.Add(31 * time.Minute)
	mu.Unlock()
	if err := api.PostWebhookContext(ctx, cmd.ResponseURL, &api.WebhookMessage{Text: "tarde"}); err == nil {
		t.Error("an answer after half an hour was taken")
	}
}
