package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// Whatever a browser, or what calls itself one, sends: it is answered with a page, nothing panics, no cookie but our own is taken for
// a chat, and no word of it stands unescaped in the page.
func FuzzRequest(f *testing.F) {
	f.Add("/", "", "cobijo=x", "q=hola")
	f.Add("/", "start=mx_deadlines&lang=es", "", "")
	f.Add("/", "start=c_mx-04", "cobijo=AAAA.es.BBBB; cobijo=", "t=x&n=y&q=%00%ff&choice=a&l.a=b")
	f.Add("/commitments", "participant=mx&theme=detention&q=%22&page=-1&sort=x", "", "q=\xff")
	f.Add("/commitments/mx-04", "lang=en", "", "%zz")
	f.Add("/help/mx", "", "", "t=x&t=y")
	f.Add("/compare", "a=mx&b=gt", "", "q=a;b")
	f.Add("/forget", "", "cobijo=.", "t=x&leaving=1")
	b := &fakeBot{}
	s, err := New(b, testBase(f), testTexts(f), Options{Rate: 1e9, Burst: 1e9})
	if err != nil {
		f.Fatal(err)
	}
	const mark = "<zoraida>"
	f.Fuzz(func(t *testing.T, path, query, cookie, form string) {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			body := ""
			if method == http.MethodPost {
				body = form + "&q=" + url.QueryEscape(mark)
			}
			r := httptest.NewRequest(method, "/", strings.NewReader(body))
			r.URL.Path, r.URL.RawQuery = "/"+strings.TrimLeft(path, "/"), query+"&q="+url.QueryEscape(mark)
			r.Header["Cookie"] = []string{cookie}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if ses, ok := s.session(r); ok {
				t.Fatalf("a made-up cookie is taken: %+v", ses)
			}
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code >= 500 {
				t.Errorf("%s: status %d", method, w.Code)
			}
			if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && strings.Contains(w.Body.String(), mark) {
				t.Errorf("%s: what was written stands in the page as it is", method)
			}
		}
	})
}
