// Inside the widget's frame: tells the page around it how high the events are, now and whenever that changes. The
// height is no secret, so it does not matter which page that is.
const tell = () => parent.postMessage({ acaraHeight: document.body.getBoundingClientRect().height }, "*");
new ResizeObserver(tell).observe(document.body);
tell();
