// The frame with a mail is as high as the mail. Without script it scrolls.
for (const frame of document.querySelectorAll(".outbox-frame")) {
  const fit = () => {
    const page = frame.contentDocument?.documentElement;
    if (page) frame.style.height = `${page.scrollHeight}px`;
  };
  frame.addEventListener("load", fit);
  addEventListener("resize", fit);
  fit();
}
