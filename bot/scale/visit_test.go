package scale

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// visitor is somebody who talks to the replicas by the web chat.
type visitor struct {
	front  *front
	client *http.Client
	addr   string // as the proxy before the replicas tells it
	token  string
	n      int
}

var formToken = regexp.MustCompile(`name="t" value="([^"]+)"`)

func newVisitor(f *front, n int64) *visitor {
	jar, _ := cookiejar.New(nil) // without options it cannot fail
	return &visitor{
		front: f, addr: fmt.Sprintf("10.%d.%d.%d", n>>16&255, n>>8&255, n&255),
		client: &http.Client{Jar: jar, Timeout: 30 * time.Second, Transport: f.client.Transport},
	}
}

// ask sends a request to a replica until one answers as it should; it gives the page, and whether it took more than one try.
func (v *visitor) ask(method, path string, form url.Values) (page string, again bool, err error) {
	for end := time.Now().Add(late); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		var req *http.Request
		// By one name, so that the cookie is that of all replicas.
		if req, err = http.NewRequest(method, "http://"+v.front.next().addr+path, strings.NewReader(form.Encode())); err != nil {
			return "", again, err
		}
		req.Header.Set("X-Forwarded-For", v.addr)
		if method == http.MethodPost {
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("X-Requested-With", "cobijo")
		}
		var res *http.Response
		if res, err = v.client.Do(req); err == nil {
			var b []byte
			b, err = io.ReadAll(res.Body)
			_ = res.Body.Close()
			if err == nil && res.StatusCode == http.StatusOK {
				return string(b), again, nil
			}
			if err == nil {
				err = fmt.Errorf("status %d", res.StatusCode)
			}
		}
		again = true
	}
	return "", again, err
}

// open opens the page.
func (v *visitor) open(lang string) error {
	page, _, err := v.ask(http.MethodGet, "/?lang="+lang, nil)
	if err != nil {
		return err
	}
	m := formToken.FindStringSubmatch(page)
	if m == nil {
		return fmt.Errorf("the page has no form")
	}
	v.token = m[1]
	return nil
}

// say says a line and gives what the page adds.
func (v *visitor) say(l line) (added string, again bool, err error) {
	v.n++
	form := url.Values{"t": {v.token}, "n": {fmt.Sprint("n", v.n)}, "q": {l.text}}
	if l.choice != "" {
		form.Set("choice", l.choice)
		form.Set("l."+l.choice, l.choice)
	}
	return v.ask(http.MethodPost, "/", form)
}

// record plays a talk while nothing fails, and notes what the page adds after each line.
func (v *visitor) record(one *talk) error {
	if err := v.open(one.lang); err != nil {
		return err
	}
	for _, l := range one.lines {
		added, _, err := v.say(l)
		if err != nil {
			return err
		}
		one.pages = append(one.pages, added)
	}
	return nil
}

// play plays a talk whatever fails. Where a request was sent again the page may say that the message was answered already.
func (v *visitor) play(one *talk) (said int, wrong string) {
	if err := v.open(one.lang); err != nil {
		return 0, fmt.Sprintf("the page is not opened: %v", err)
	}
	for i, l := range one.lines {
		added, again, err := v.say(l)
		if err != nil {
			return said, fmt.Sprintf("line %d is not answered: %v", i+1, err)
		}
		said++
		if added != one.pages[i] && !(again && strings.Contains(added, `class="msg note"`)) {
			return said, fmt.Sprintf("line %d is answered otherwise", i+1)
		}
	}
	return said, ""
}
