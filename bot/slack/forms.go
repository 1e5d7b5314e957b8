package slack

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	api "github.com/slack-go/slack"

	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/locales"
)

// What is submitted: a form's callback_id.
const (
	formReport    = "report"
	formSnooze    = "snooze"
	formHand      = "hand"
	formStop      = "stop"
	formSubscribe = "subscribe"
)

// The fields of the forms: the block_id of each; its element has the same action_id.
const (
	fieldStatus   = "status"
	fieldKind     = "kind"
	fieldNote     = "note"
	fieldEvidence = "evidence"
	fieldAsOf     = "as_of"
	fieldUntil    = "until"
	fieldTo       = "to"
)

// about is what a form is about: it stands in the form's private metadata.
type formAbout struct {
	Occurrence string `json:"o,omitempty"`
	Commitment string `json:"c,omitempty"`
	Channel    string `json:"ch,omitempty"`
	Sub        string `json:"s,omitempty"`
}

func (f formAbout) String() string {
	b, err := json.Marshal(f)
	if err != nil {
		return ""
	}
	return string(b)
}

func readAbout(s string) (f formAbout, ok bool) { return f, json.Unmarshal([]byte(s), &f) == nil }

// form makes a modal.
func (c *Channel) form(lang, callback, title, submit string, about formAbout, s *sheet) api.ModalViewRequest {
	v := api.ModalViewRequest{
		Type: api.VTModal, Title: plain(c.texts.Text(lang, title), maxTitle), Close: plain(c.texts.Text(lang, "slack_btn_cancel"), maxTitle),
		Blocks: s.view(), CallbackID: callback, PrivateMetadata: about.String(),
	}
	if submit != "" {
		v.Submit = plain(c.texts.Text(lang, submit), maxTitle)
	}
	return v
}

// ask puts a field on a form.
func (s *sheet) ask(field, label, hint string, optional bool, e api.BlockElement) {
	var h *api.TextBlockObject
	if hint != "" {
		h = plain(hint, maxHint)
	}
	s.add(api.NewInputBlock(field, plain(label, maxHint), h, e).WithOptional(optional))
}

// show opens a form; from within another it stands upon it.
func (c *Channel) show(ctx context.Context, p *press, v api.ModalViewRequest) error {
	if p.view != nil && p.view.Type == string(api.VTModal) {
		return c.w.push(ctx, p.trigger, v)
	}
	return c.w.open(ctx, p.trigger, v)
}

// holds tells whether a digest has an item.
func holds(d reminders.Digest, commitment string) error {
	if !slices.ContainsFunc(d.Items, func(i reminders.Item) bool { return i.Commitment == commitment }) {
		return reminders.ErrNoItem
	}
	return nil
}

// openReport opens the form on which progress is reported.
func (c *Channel) openReport(ctx context.Context, p *press, lang string) error {
	about := formAbout{Occurrence: arg(p.args, 0), Commitment: arg(p.args, 1), Channel: p.channel}
	d, posted, err := c.remind.Digest(ctx, about.Occurrence)
	if err == nil {
		err = holds(d, about.Commitment)
	}
	if err != nil {
		return err
	}
	if about.Channel == "" {
		about.Channel = posted.Channel
	}
	return c.show(ctx, p, c.reportForm(lang, d, about))
}

func (c *Channel) reportForm(lang string, d reminders.Digest, about formAbout) api.ModalViewRequest {
	s := &sheet{}
	text := func(id string) string { return c.texts.Text(lang, id) }
	s.section(c.itemTitle(lang, about.Commitment))
	if one := c.base.Statement.Commitment(about.Commitment); one != nil {
		s.section(quoted(clip(one.Text.In(lang), 1200)))
	}
	var statuses []*api.OptionBlockObject
	for _, st := range progress.Statuses() {
		statuses = append(statuses, choice(string(st), sign(st)+" "+c.status(lang, st)))
	}
	s.ask(fieldStatus, text("slack_form_status"), "", false, api.NewRadioButtonsBlockElement(fieldStatus, statuses...))
	kinds := []*api.OptionBlockObject{
		choice(string(progress.Claimed), text("slack_form_kind_claimed")), choice(string(progress.Assessed), text("slack_form_kind_assessed")),
	}
	who := api.NewRadioButtonsBlockElement(fieldKind, kinds...)
	who.InitialOption = kinds[0]
	s.ask(fieldKind, text("slack_form_kind"), text("slack_form_kind_hint"), false, who)
	note := api.NewPlainTextInputBlockElement(plain(text("slack_form_note_placeholder"), maxPlaceholder), fieldNote)
	note.Multiline, note.MaxLength = true, progress.MaxNote
	s.ask(fieldNote, text("slack_form_note"), text("slack_form_note_hint"), true, note)
	s.ask(fieldEvidence, text("slack_form_evidence"), text("slack_form_evidence_hint"), true,
		api.NewURLTextInputBlockElement(plain("https://", maxPlaceholder), fieldEvidence))
	date := api.NewDatePickerBlockElement(fieldAsOf)
	date.InitialDate = string(progress.DayOf(c.o.Now().In(zoneOf(d.Subscription))))
	s.ask(fieldAsOf, text("slack_form_as_of"), "", false, date)
	return c.form(lang, formReport, "slack_form_report", "slack_form_send", about, s)
}

// openMore opens what the menu under an item asks more about.
func (c *Channel) openMore(ctx context.Context, p *press, lang, what string, act reminders.Action) error {
	d, posted, err := c.remind.Digest(ctx, act.Occurrence)
	if err == nil {
		err = holds(d, act.Commitment)
	}
	if err != nil {
		return err
	}
	about := formAbout{Occurrence: act.Occurrence, Commitment: act.Commitment, Channel: act.Channel}
	if about.Channel == "" {
		about.Channel = posted.Channel
	}
	return c.show(ctx, p, c.moreForm(lang, what, d, about))
}

func (c *Channel) moreForm(lang, what string, d reminders.Digest, about formAbout) api.ModalViewRequest {
	s := &sheet{}
	text := func(id string) string { return c.texts.Text(lang, id) }
	s.section(c.itemTitle(lang, about.Commitment))
	switch what {
	case moreDate:
		date := api.NewDatePickerBlockElement(fieldUntil)
		date.InitialDate = string(progress.DayOf(c.o.Now().In(zoneOf(d.Subscription)).AddDate(0, 0, 14)))
		s.ask(fieldUntil, text("slack_form_until"), text("slack_form_until_hint"), false, date)
		return c.form(lang, formSnooze, "slack_form_snooze", "slack_form_save", about, s)
	case moreHand:
		who := api.NewOptionsSelectBlockElement(api.OptTypeUser, plain(text("slack_form_to_placeholder"), maxPlaceholder), fieldTo)
		s.ask(fieldTo, text("slack_form_to"), text("slack_form_to_hint"), false, who)
		return c.form(lang, formHand, "slack_form_hand", "slack_form_hand_send", about, s)
	}
	s.section(escape(text("slack_form_stop_text")))
	return c.form(lang, formStop, "slack_form_stop", "slack_form_stop_send", about, s)
}

// submit handles a form; what it gives is shown in the form: what is wrong, or another view. nil closes it.
func (c *Channel) submit(ctx context.Context, cb *interaction) (answer any) {
	lang, _ := c.language(ctx, string(cb.Team), string(cb.User))
	defer func() {
		if r := recover(); r != nil {
			c.o.Log.ErrorContext(ctx, "panic in a form", "channel", channel)
			answer = c.sayInForm(lang, "slack_failed")
		}
	}()
	about, ok := readAbout(cb.View.Private)
	if !ok || c.remind == nil {
		return c.sayInForm(lang, "slack_stale_form")
	}
	a := &asker{team: string(cb.Team), user: string(cb.User), channel: about.Channel}
	act := c.action(ctx, a, cb.View.ID, about.Occurrence, about.Commitment)
	var err error
	at := ""
	switch cb.View.CallbackID {
	case formSubscribe:
		return c.subscribe(ctx, cb, lang, about)
	case formReport:
		at = fieldNote
		_, err = c.remind.Report(ctx, act, reportOf(&cb.View))
	case formSnooze:
		at = fieldUntil
		var was reminders.Digest
		if was, _, err = c.remind.Digest(ctx, about.Occurrence); err == nil {
			_, err = c.remind.Snooze(ctx, act, progress.Day(cb.View.field(fieldUntil).Date).Time(zoneOf(was.Subscription)))
		}
	case formHand:
		at = fieldTo
		to := cb.View.field(fieldTo).User
		them := c.people.get(ctx, to)
		if to == "" || them.bot {
			err = reminders.ErrAssignee
			break
		}
		_, err = c.remind.Reassign(ctx, act, progress.Person{ID: to, Name: them.name})
	case formStop:
		_, err = c.remind.Stop(ctx, act)
	default:
		return c.sayInForm(lang, "slack_stale_form")
	}
	if err == nil {
		return nil
	}
	if id := reason(err); id != "" {
		if f := fieldOf(id); f != "" {
			at = f
		}
		text := c.texts.Text(lang, id, locales.Args{"Command": c.o.Commitments})
		if at == "" {
			return c.textInForm(lang, text)
		}
		return api.NewErrorsViewSubmissionResponse(map[string]string{at: text})
	}
	c.o.Log.ErrorContext(ctx, "a form is not kept", "channel", channel, "error", err)
	if at != "" {
		return api.NewErrorsViewSubmissionResponse(map[string]string{at: c.texts.Text(lang, "slack_failed")}) // what was written stays
	}
	return c.sayInForm(lang, "slack_failed")
}

// fieldOf is the field beside which a reason stands.
func fieldOf(id string) string {
	switch id {
	case "slack_err_evidence":
		return fieldEvidence
	case "slack_err_day":
		return fieldAsOf
	case "slack_err_status":
		return fieldStatus
	}
	return ""
}

// reportOf reads the form on which progress is reported.
func reportOf(v *view) progress.Report {
	return progress.Report{
		Kind:     progress.Kind(v.field(fieldKind).Option.Value),
		Status:   progress.Status(v.field(fieldStatus).Option.Value),
		Note:     strings.TrimSpace(v.field(fieldNote).Value),
		Evidence: strings.TrimSpace(v.field(fieldEvidence).Value),
		AsOf:     progress.Day(v.field(fieldAsOf).Date),
	}
}

// sayInForm puts a text in place of a form.
func (c *Channel) sayInForm(lang, id string) any {
	return c.textInForm(lang, c.texts.Text(lang, id, locales.Args{"Command": c.o.Commitments}))
}

func (c *Channel) textInForm(lang, text string) any {
	s := &sheet{}
	s.section(escape(text))
	v := c.form(lang, "", "slack_form_title", "", formAbout{}, s)
	return api.NewUpdateViewSubmissionResponse(&v)
}
