// A mouse's press counts although its button was drawn anew between down and up: browsers send no click then.
// A finger needs no help: its click goes to what is there when it is lifted.

let pressed = null;
let box = null;

document.addEventListener("pointerdown", ({ target, pointerType, button }) => {
  pressed = pointerType === "mouse" && button === 0 ? target.closest("button") : null;
  box = pressed?.getBoundingClientRect();
});

document.addEventListener("pointerup", ({ clientX: x, clientY: y }) => {
  const isOverIt = box && x >= box.left && x <= box.right && y >= box.top && y <= box.bottom;
  if (pressed && !pressed.isConnected && isOverIt) pressed.click();
  pressed = null;
});
