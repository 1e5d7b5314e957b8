package main

import (
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"cobijo/bot/dialogue"
	"cobijo/bot/render"
	"cobijo/knowledge"
	"cobijo/knowledge/guidance"
	"cobijo/locales"
)

type previewCmd struct {
	Entry string `arg:"" help:"Country and topic: mx/deadlines."`
	Lang  string `help:"Language." enum:"es,en" default:"es"`

	contentFlag
}

// How long a message may be before a channel refuses or splits it, and what the assistant allows itself.
const (
	telegramLimit = 4096 // UTF-16 units without the tags: https://core.telegram.org/bots/api#sendmessage
	slackLimit    = 3000 // characters of a section: https://docs.slack.dev/reference/block-kit/blocks/section-block
	webLimit      = 2048 // bytes: an answer is read where every byte is paid for
	terminalWidth = 80
)

// Run shows an entry as each channel shows it, and how it stands beside the bars.
func (c *previewCmd) Run(s *streams) error {
	country, topic, ok := strings.Cut(strings.ToLower(c.Entry), "/")
	if !ok {
		return usageError{fmt.Errorf("%q is no entry: write country/topic, for example mx/deadlines", c.Entry)}
	}
	base, err := knowledge.Load(c.fs())
	if err != nil {
		return err
	}
	e, err := ownEntry(base.Guidance, country, topic, c.Lang)
	if err != nil {
		return err
	}
	texts, err := locales.Load(locales.FS)
	if err != nil {
		return err
	}
	d := dialogue.New(base, texts, dialogue.Options{})
	press := func(id string) dialogue.Reply {
		session := dialogue.Session{Introduced: true, Lang: c.Lang, LangChosen: true}
		if country != guidance.Regional {
			session.Country = country
		}
		_, replies, _ := d.Handle(time.Now(), session, dialogue.Message{Choice: id})
		return replies[len(replies)-1]
	}
	replies := []dialogue.Reply{press("entry:" + e.ID())}
	showReply(s.out, "", replies[0])
	if e.More != "" {
		replies = append(replies, press("more:"+e.ID()))
		showReply(s.out, ", after \"more\"", replies[1])
	}
	return showFigures(s.out, e, replies)
}

// showReply prints a reply as each channel gets it.
func showReply(w io.Writer, what string, r dialogue.Reply) {
	title := func(channel string) { fmt.Fprintf(w, "== %s%s\n\n", channel, what) }
	title("Telegram, HTML")
	fmt.Fprintln(w, render.TelegramHTML(r.Text))
	fmt.Fprintln(w)
	title("Slack, mrkdwn")
	fmt.Fprintln(w, render.SlackMrkdwn(r.Text))
	fmt.Fprintln(w)
	title("Web, HTML")
	fmt.Fprintln(w, render.HTML(r.Text))
	title("Terminal")
	fmt.Fprintln(w, render.Plain(r.Text, terminalWidth))
	fmt.Fprintln(w)
	for i, choice := range r.Choices {
		fmt.Fprintf(w, "  %d  %s\n", i+1, choice.Label)
	}
	fmt.Fprintln(w)
}

// showFigures prints the entry's measures, and the length of the longest message that each channel sends.
func showFigures(w io.Writer, e *guidance.Entry, replies []dialogue.Reply) error {
	tag := regexp.MustCompile(`<[^>]*>`) // what Telegram does not count
	longest := func(length func(md string) int) (n float64) {
		for _, r := range replies {
			n = max(n, float64(length(r.Text)))
		}
		return n
	}
	figures := append(e.Figures(),
		guidance.Figure{Name: "Telegram, UTF-16 units", Bar: telegramLimit, Value: longest(func(md string) int {
			return len(utf16.Encode([]rune(html.UnescapeString(tag.ReplaceAllString(render.TelegramHTML(md), "")))))
		})},
		guidance.Figure{Name: "Slack, characters", Bar: slackLimit, Value: longest(func(md string) int {
			return utf8.RuneCountInString(render.SlackMrkdwn(md))
		})},
		guidance.Figure{Name: "web, bytes", Bar: webLimit, Value: longest(func(md string) int { return len(render.HTML(md)) })},
	)
	fmt.Fprintf(w, "== %s in %s: reviewed %s, confidence %s", e.ID(), e.Lang, e.Reviewed, e.Confidence)
	if e.Volatile {
		fmt.Fprint(w, ", changes often")
	}
	fmt.Fprintf(w, "; next review by %s\n\n", guidance.Day(e.Due()))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range figures {
		bar, verdict := "at most", "fine"
		if f.AtLeast {
			bar = "at least"
		}
		if !f.OK() {
			verdict = "NOT REACHED"
		}
		value := fmt.Sprintf("%.1f", f.Value)
		fmt.Fprintf(t, "%s\t%s\t%s %g\t%s\n", f.Name, strings.TrimSuffix(value, ".0"), bar, f.Bar, verdict)
	}
	return t.Flush()
}
