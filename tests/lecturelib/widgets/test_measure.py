import time


def test_measure(show, state_of, says_what_python_says):
    t = time.time()
    page, log = show("Neuron")
    print("open", time.time() - t)
    print(says_what_python_says(page, "neuron"))
    t = time.time()
    for i in range(300):
        page.mouse.move(i % 200, i % 300)
    print("300 moves", time.time() - t)
    t = time.time()
    page.locator("input[type=range]").first.focus()
    for i in range(300):
        page.keyboard.press("ArrowRight" if i % 2 else "ArrowLeft")
    print("300 keys", time.time() - t)
    t = time.time()
    for k in ("Neuron", "Activations", "Quiz"):
        p, l = show(k)
        p.locator(f"#{k.lower()}").screenshot(path=f"/tmp/{k}.png")
        print(l.problems())
    print(time.time() - t)
