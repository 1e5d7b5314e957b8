package slack

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	api "github.com/slack-go/slack"

	"cobijo/bot/outbox"
	"cobijo/bot/progress"
	"cobijo/bot/reminders"
	"cobijo/locales"
)

// The fields of a subscription's form.
const (
	fieldChannel      = "channel"
	fieldParticipants = "participants"
	fieldThemes       = "themes"
	fieldCommitments  = "commitments"
	fieldRhythm       = "rhythm"
	fieldRule         = "rule"
	fieldTime         = "time"
	fieldZone         = "zone"
	fieldLang         = "lang"
	fieldFirst        = "first"
	fieldUsers        = "users"
	fieldGroups       = "groups"
	fieldAgain        = "again"
	fieldMention      = "mention"
	fieldWeek         = "week"
)

const customRhythm = "rule"

// againDays are the working days after which somebody is asked again; -1 is never.
var againDays = []int{1, 2, 3, 5, 10, -1}

// openSubscribe opens the form of a new subscription, with what was asked for filled in, or that of an earlier one.
func (c *Channel) openSubscribe(ctx context.Context, a *asker, lang, trigger, id string, q query) error {
	if c.remind == nil {
		s := &sheet{}
		s.section(escape(c.texts.Text(lang, "slack_no_reminders")))
		return c.say(ctx, a, s)
	}
	who := c.people.get(ctx, a.user)
	sub := reminders.Subscription{
		Team: a.team, Participants: q.participants, Commitments: q.ids, Hour: 9, Zone: who.zone, Lang: lang,
		Rhythm: reminders.Rhythm{Preset: reminders.Weekly}, Owner: progress.Person{ID: a.user, Name: who.name},
	}
	if q.theme != "" {
		sub.Themes = []string{q.theme}
	}
	if !a.private() {
		sub.Channel = a.channel
	}
	if sub.Zone == "" {
		sub.Zone = c.base.Guidance.Country("regional").Zone
	}
	sub.First = progress.DayOf(c.o.Now().In(zoneOf(sub)).AddDate(0, 0, 1))
	if id != "" {
		var err error
		sub, err = c.remind.Subscription(ctx, id)
		if err == nil {
			may, e := c.mayManage(ctx, sub, a.user)
			if err = e; e == nil && (!may || sub.Team != a.team) {
				err = reminders.ErrNotAllowed
			}
		}
		if err != nil {
			return c.told(ctx, &press{asker: *a}, lang, err)
		}
	}
	return c.w.open(ctx, trigger, c.subscribeForm(lang, sub, c.groups(ctx)))
}

// groups gives the workspace's user groups; none where it has none, or does not tell.
func (c *Channel) groups(ctx context.Context) []api.UserGroup {
	all, err := c.w.bot.GetUserGroupsContext(ctx)
	if err != nil {
		c.o.Log.DebugContext(ctx, "no user groups", "channel", channel, "cause", failure("usergroups.list", err).Error())
		return nil
	}
	return all[:min(len(all), maxOptions)]
}

// subscribeForm is the form of a subscription, filled in.
func (c *Channel) subscribeForm(lang string, sub reminders.Subscription, groups []api.UserGroup) api.ModalViewRequest {
	s := &sheet{}
	text := func(id string) string { return c.texts.Text(lang, id) }
	where := api.NewOptionsSelectBlockElement(api.OptTypeConversations, plain(text("slack_sub_channel_placeholder"), maxPlaceholder), fieldChannel)
	where.InitialConversation = sub.Channel
	where.Filter = &api.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true}
	s.ask(fieldChannel, text("slack_sub_channel"), text("slack_sub_channel_hint"), false, where)

	var who, on []*api.OptionBlockObject
	for _, p := range c.base.Statement.Participants {
		if p.Commitments > 0 {
			who = append(who, choice(p.ID, p.Name.In(lang)))
		}
	}
	for _, t := range c.base.Statement.Themes {
		on = append(on, choice(t.ID, t.Title.In(lang)))
	}
	s.ask(fieldParticipants, text("slack_sub_participants"), "", true, several(fieldParticipants, text("slack_sub_any"), who, sub.Participants))
	s.ask(fieldThemes, text("slack_sub_themes"), "", true, several(fieldThemes, text("slack_sub_any"), on, sub.Themes))
	ids := api.NewPlainTextInputBlockElement(plain("mx-04, joint-05", maxPlaceholder), fieldCommitments)
	ids.InitialValue, ids.MaxLength = clip(strings.Join(sub.Commitments, ", "), 2000), 2000
	s.ask(fieldCommitments, text("slack_sub_commitments"), text("slack_sub_commitments_hint"), true, ids)

	preset := string(sub.Rhythm.Preset)
	if preset == "" {
		preset = customRhythm
	}
	s.ask(fieldRhythm, text("slack_sub_rhythm"), "", false, one(fieldRhythm, text("slack_sub_rhythm"), preset,
		choice(string(reminders.Weekly), text("slack_sub_weekly")), choice(string(reminders.Monthly), text("slack_sub_monthly")),
		choice(string(reminders.Quarterly), text("slack_sub_quarterly")), choice(customRhythm, text("slack_sub_rule"))))
	rule := api.NewPlainTextInputBlockElement(plain("FREQ=MONTHLY;BYDAY=1MO", maxPlaceholder), fieldRule)
	rule.InitialValue, rule.MaxLength = clip(sub.Rhythm.RRule+sub.Rhythm.Cron, 300), 300
	s.ask(fieldRule, text("slack_sub_rule_label"), text("slack_sub_rule_hint"), true, rule)
	first := api.NewDatePickerBlockElement(fieldFirst)
	first.InitialDate = string(sub.First)
	s.ask(fieldFirst, text("slack_sub_first"), text("slack_sub_first_hint"), false, first)
	hour := api.NewTimePickerBlockElement(fieldTime)
	hour.InitialTime = time.Date(2000, 1, 1, sub.Hour, sub.Minute, 0, 0, time.UTC).Format("15:04")
	s.ask(fieldTime, text("slack_sub_time"), text("slack_sub_time_hint"), false, hour)
	s.ask(fieldZone, text("slack_sub_zone"), "", false, one(fieldZone, text("slack_sub_zone"), sub.Zone, c.zones(sub.Zone)...))
	var langs []*api.OptionBlockObject
	for _, l := range c.texts.Langs() {
		langs = append(langs, choice(l, c.texts.Text(l, "language_name")))
	}
	s.ask(fieldLang, text("slack_sub_lang"), "", false, one(fieldLang, text("slack_sub_lang"), c.langOf(sub.Lang), langs...))

	users := api.NewOptionsMultiSelectBlockElement(api.MultiOptTypeUser, plain(text("slack_sub_users_placeholder"), maxPlaceholder), fieldUsers)
	var teams []string
	for _, id := range sub.Answerers {
		if strings.HasPrefix(id, "S") {
			teams = append(teams, id)
		} else {
			users.InitialUsers = append(users.InitialUsers, id)
		}
	}
	s.ask(fieldUsers, text("slack_sub_users"), text("slack_sub_users_hint"), true, users)
	var named []*api.OptionBlockObject
	for _, g := range groups {
		named = append(named, choice(g.ID, g.Name))
	}
	if len(named) > 0 {
		s.ask(fieldGroups, text("slack_sub_groups"), "", true, several(fieldGroups, text("slack_sub_none"), named, teams))
	}
	c.askUnanswered(s, lang, sub.Unanswered, named)
	return c.form(lang, formSubscribe, "slack_form_title", "slack_form_save", formAbout{Sub: sub.ID, Channel: sub.Channel}, s)
}

// askUnanswered asks what happens when nobody answers.
func (c *Channel) askUnanswered(s *sheet, lang string, u reminders.Unanswered, groups []*api.OptionBlockObject) {
	text := func(id string) string { return c.texts.Text(lang, id) }
	days := u.AgainDays
	if days == 0 {
		days = 3
	}
	var again []*api.OptionBlockObject
	for _, n := range againDays {
		label := text("slack_sub_never")
		if n > 0 {
			label = c.texts.Count(lang, "slack_sub_again_days", n)
		}
		again = append(again, choice(strconv.Itoa(n), label))
	}
	if !slices.Contains(againDays, days) {
		again = append(again, choice(strconv.Itoa(days), c.texts.Count(lang, "slack_sub_again_days", days)))
	}
	s.ask(fieldAgain, text("slack_sub_again"), "", false, one(fieldAgain, text("slack_sub_again"), strconv.Itoa(days), again...))
	if len(groups) > 0 && !isUser(u.Group) {
		s.ask(fieldMention, text("slack_sub_mention"), text("slack_sub_mention_hint"), true, one(fieldMention, text("slack_sub_none"), u.Group, groups...))
	} else {
		them := api.NewOptionsSelectBlockElement(api.OptTypeUser, plain(text("slack_sub_none"), maxPlaceholder), fieldMention)
		them.InitialUser = u.Group
		s.ask(fieldMention, text("slack_sub_mention"), text("slack_sub_mention_hint"), true, them)
	}
	weekly := "yes"
	if u.NoDigest {
		weekly = "no"
	}
	s.ask(fieldWeek, text("slack_sub_week"), text("slack_sub_week_hint"), false, one(fieldWeek, text("slack_sub_week"), weekly,
		choice("yes", text("slack_sub_week_yes")), choice("no", text("slack_sub_week_no"))))
}

func isUser(id string) bool { return strings.HasPrefix(id, "U") || strings.HasPrefix(id, "W") }

// one is a menu with one chosen; nothing is chosen where it is not among them.
func one(name, placeholder, is string, options ...*api.OptionBlockObject) *api.SelectBlockElement {
	e := api.NewOptionsSelectBlockElement(api.OptTypeStatic, plain(placeholder, maxPlaceholder), name, options[:min(len(options), maxOptions)]...)
	for _, o := range e.Options {
		if o.Value == is {
			e.InitialOption = o
		}
	}
	return e
}

// several is a menu in which several are chosen.
func several(name, placeholder string, options []*api.OptionBlockObject, are []string) *api.MultiSelectBlockElement {
	e := api.NewOptionsMultiSelectBlockElement(api.MultiOptTypeStatic, plain(placeholder, maxPlaceholder), name, options[:min(len(options), maxOptions)]...)
	for _, o := range e.Options {
		if slices.Contains(are, o.Value) {
			e.InitialOptions = append(e.InitialOptions, o)
		}
	}
	return e
}

// zones offers the zones of the countries, and the one that somebody has.
func (c *Channel) zones(own string) []*api.OptionBlockObject {
	names := []string{
		"America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Toronto", "America/Vancouver", "America/Tijuana",
		"America/Bogota", "America/Lima", "America/Caracas", "Europe/Madrid", "Europe/Zurich", "UTC",
	}
	for _, k := range c.base.Guidance.Countries {
		names = append(names, k.Zone)
	}
	if own != "" {
		names = append(names, own)
	}
	slices.Sort(names)
	var all []*api.OptionBlockObject
	for _, n := range slices.Compact(names) {
		if n != "" && units(n) <= maxLabel {
			all = append(all, choice(n, strings.ReplaceAll(n, "_", " ")))
		}
	}
	return all
}

// subscriptionOf reads the form of a subscription into an earlier one, or into a new one.
func (c *Channel) subscriptionOf(v *view, sub reminders.Subscription) reminders.Subscription {
	sub.Channel = v.field(fieldChannel).Conversation
	sub.Participants, sub.Themes = values(v.field(fieldParticipants)), values(v.field(fieldThemes))
	sub.Commitments = strings.FieldsFunc(strings.ToLower(v.field(fieldCommitments).Value), func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '\n' })
	was := sub.Rhythm
	sub.Rhythm = reminders.Rhythm{}
	switch r := v.field(fieldRhythm).Option.Value; r {
	case customRhythm:
		rule := strings.TrimSpace(v.field(fieldRule).Value)
		if strings.Contains(strings.ToUpper(rule), "FREQ=") {
			sub.Rhythm.RRule = strings.TrimPrefix(strings.ToUpper(rule), "RRULE:")
		} else {
			sub.Rhythm.Cron = rule
		}
	default:
		sub.Rhythm.Preset = reminders.Preset(r)
		if was.Preset == sub.Rhythm.Preset && sub.First == progress.Day(v.field(fieldFirst).Date) {
			sub.Rhythm = was // the weekday or day of the month that an operator set stays
		}
	}
	sub.First = progress.Day(v.field(fieldFirst).Date)
	if t, err := time.Parse("15:04", v.field(fieldTime).Time); err == nil {
		sub.Hour, sub.Minute = t.Hour(), t.Minute()
	}
	sub.Zone = v.field(fieldZone).Option.Value
	sub.Lang = v.field(fieldLang).Option.Value
	sub.Answerers = append(slices.Clone(v.field(fieldUsers).Users), values(v.field(fieldGroups))...)
	sub.Unanswered.AgainDays, _ = strconv.Atoi(v.field(fieldAgain).Option.Value)
	sub.Unanswered.Group = v.field(fieldMention).Option.Value + v.field(fieldMention).User
	sub.Unanswered.NoDigest = v.field(fieldWeek).Option.Value == "no"
	return sub
}

// values gives what was chosen of several.
func values(a chosen) []string {
	var ids []string
	for _, o := range a.Options {
		ids = append(ids, o.Value)
	}
	return ids
}

// subscribe keeps a subscription; what is wrong stands beside its field.
func (c *Channel) subscribe(ctx context.Context, cb *interaction, lang string, about formAbout) any {
	text := func(id string, args ...locales.Args) string { return c.texts.Text(lang, id, args...) }
	wrong := func(id string) any {
		return api.NewErrorsViewSubmissionResponse(map[string]string{fieldChannel: text(id, locales.Args{"Command": c.o.Commitments})})
	}
	sub := reminders.Subscription{Team: string(cb.Team), Owner: progress.Person{ID: string(cb.User), Name: c.people.get(ctx, string(cb.User)).name}}
	if about.Sub != "" {
		was, err := c.remind.Subscription(ctx, about.Sub)
		if err == nil {
			may, e := c.mayManage(ctx, was, string(cb.User))
			if err = e; e == nil && (!may || was.Team != string(cb.Team)) {
				err = reminders.ErrNotAllowed
			}
		}
		if id := reason(err); err != nil {
			if id == "" {
				id = "slack_failed"
			}
			return wrong(id)
		}
		sub = was
	}
	sub = c.subscriptionOf(&cb.View, sub)
	in, err := c.people.in(ctx, sub.Channel)
	if err == nil && (!slices.Contains(in, c.self().user) || !slices.Contains(in, string(cb.User))) {
		c.people.forget(sub.Channel) // somebody may have been invited just now
		in, err = c.people.in(ctx, sub.Channel)
	}
	switch {
	case kindOf(err) == outbox.Gone, err == nil && !slices.Contains(in, c.self().user):
		return wrong("slack_err_invite")
	case err == nil && !slices.Contains(in, string(cb.User)):
		return wrong("slack_err_not_member")
	case err != nil:
		c.o.Log.ErrorContext(ctx, "who is in a channel is not known", "channel", channel, "error", err)
		return wrong("slack_failed")
	}
	if about.Sub == "" {
		sub.ID = formID(cb.View.ID) // the same form, sent twice, makes one subscription
	}
	saved, err := c.remind.Save(ctx, sub)
	var problems reminders.Problems
	switch {
	case errors.As(err, &problems):
		at := c.problems(lang, problems)
		if wrong := at[fieldRhythm]; wrong != "" && sub.Rhythm.Preset == "" { // it is the rule that is wrong, not the choice to write one
			delete(at, fieldRhythm)
			at[fieldRule] = wrong
		}
		return api.NewErrorsViewSubmissionResponse(at)
	case err != nil:
		c.o.Log.ErrorContext(ctx, "a subscription is not kept", "channel", channel, "error", err)
		return wrong("slack_failed")
	}
	s := &sheet{}
	s.section(text("slack_saved", locales.Args{"About": escape(c.about(lang, saved)), "Channel": channelLink(saved.Channel)}) + "\n" + escape(c.rhythm(lang, saved)))
	if next, err := c.remind.Next(saved, 3); err == nil && len(next) > 0 {
		var lines []string
		for _, o := range next {
			lines = append(lines, "• "+c.moment(lang, o.Moment.In(zoneOf(saved))))
		}
		s.section(text("slack_saved_next") + "\n" + strings.Join(lines, "\n"))
	}
	s.press(s.button(actPreview, text("slack_btn_preview"), saved.ID))
	v := c.form(lang, "", "slack_form_title", "", formAbout{}, s)
	v.Close = plain(text("slack_btn_close"), maxTitle)
	return api.NewUpdateViewSubmissionResponse(&v)
}

// formID makes a subscription's id of the form's.
func formID(view string) string {
	id := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(view))
	return "s-" + id[:min(len(id), 36)]
}

// problems puts what is wrong beside the fields of the form.
func (c *Channel) problems(lang string, all reminders.Problems) map[string]string {
	at := map[string]string{}
	for _, p := range all {
		field := fieldChannel
		for _, f := range []struct{ begins, field string }{
			{"channel", fieldChannel}, {"participants", fieldParticipants}, {"themes", fieldThemes}, {"commitments", fieldCommitments},
			{"rhythm.rrule", fieldRule}, {"rhythm.cron", fieldRule}, {"rhythm", fieldRhythm}, {"hour", fieldTime}, {"minute", fieldTime},
			{"zone", fieldZone}, {"lang", fieldLang}, {"first", fieldFirst}, {"answerers", fieldUsers}, {"unanswered.group", fieldMention},
			{"unanswered", fieldAgain}, {"quiet", fieldTime},
		} {
			if strings.HasPrefix(p.Field, f.begins) {
				field = f.field
				break
			}
		}
		id := "slack_problem_" + strings.ReplaceAll(string(p.Code), "-", "_")
		at[field] = c.texts.Text(lang, id)
	}
	return at
}
