package poster

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/boombuler/barcode/qr"

	"cobijo/knowledge/guidance"
)

// Link is where a poster's code leads.
type Link struct {
	URL     string
	Caption string // the id of the text beside the code
}

// PageLink leads to the assistant's own page, which opens with the entry.
func PageLink(base string, e *guidance.Entry) (Link, error) {
	u, err := url.Parse(base)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return Link{}, fmt.Errorf("%q is no web address: write https://…", base)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	q := u.Query()
	q.Set("lang", e.Lang)
	q.Set("start", start(e))
	u.RawQuery = q.Encode()
	return Link{URL: u.String(), Caption: "poster_scan"}, nil
}

// What Telegram allows as a bot's name: https://core.telegram.org/bots/features#botfather
var botName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]{4,31}$`)

// TelegramLink leads to the chat with a bot, which begins with the entry: https://core.telegram.org/bots/features#deep-linking
func TelegramLink(bot string, e *guidance.Entry) (Link, error) {
	bot = strings.TrimPrefix(bot, "@")
	if !botName.MatchString(bot) {
		return Link{}, fmt.Errorf("%q is no name of a Telegram bot: 5 to 32 letters, digits and _", bot)
	}
	return Link{URL: "https://t.me/" + bot + "?start=" + start(e), Caption: "poster_scan_telegram"}, nil
}

// start names an entry in a deep link: "mx_deadlines".
func start(e *guidance.Entry) string { return e.Country + "_" + e.Topic }

// OfficialLink leads to the page of UNHCR for a country, or of its authority: where no address of the assistant is known, who
// scans still finds somebody who answers. It reports whether there is one.
func OfficialLink(f *guidance.Facts) (Link, bool) {
	switch {
	case f != nil && f.UNHCR.URL != "":
		return Link{URL: f.UNHCR.URL, Caption: "poster_scan_unhcr"}, true
	case f != nil && f.Authority.URL != "":
		return Link{URL: f.Authority.URL, Caption: "poster_scan_authority"}, true
	}
	return Link{}, false
}

const (
	quietZone  = 4  // modules of white that a reader needs round the code (ISO/IEC 18004)
	maxModules = 57 // a finer code is not read from a wall by a cheap camera
)

// ErrLinkTooLong tells that the code would be too fine.
var ErrLinkTooLong = errors.New("poster: the link is too long for a code that a telephone reads from a wall")

// code is a QR code, its modules that are black by row and column.
type code [][]bool

// newCode makes the code of a link. A quarter of it may be torn or dirty.
func newCode(link string) (code, error) {
	if link == "" {
		return nil, errors.New("poster: the code needs a link")
	}
	bars, err := qr.Encode(link, qr.Q, qr.Unicode)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrLinkTooLong, err)
	}
	n := bars.Bounds().Dx()
	if n > maxModules {
		return nil, ErrLinkTooLong
	}
	c := make(code, n)
	for y := range c {
		c[y] = make([]bool, n)
		for x := range c[y] {
			r, _, _, _ := bars.At(x, y).RGBA()
			c[y][x] = r < 0x8000
		}
	}
	return c, nil
}

// quiet is how much white must stand round the code when it is drawn with a side.
func (c code) quiet(side float64) float64 { return quietZone * side / float64(len(c)) }

// code draws a code in b; its quiet zone lies outside.
func (p *Page) code(c code, b box) {
	quiet := c.quiet(b.w)
	p.qrArea, p.quiet = b, box{b.x - quiet, b.y - quiet, b.w + 2*quiet, b.h + 2*quiet}
	side := b.w / float64(len(c))
	for y, cells := range c {
		for x := 0; x < len(cells); x++ {
			from := x
			for x < len(cells) && cells[x] {
				x++
			}
			if x > from {
				// A hair's overlap closes the seams that viewers show between rows.
				p.rect(box{b.x + side*float64(from), b.y + side*float64(y), side * float64(x-from), side + 0.01})
			}
		}
	}
}
