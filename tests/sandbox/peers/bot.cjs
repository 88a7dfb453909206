// A hello bot that is written with grammY: node bot.cjs URL TOKEN PICTURE [SECRET]
// It polls, or with the secret of a webhook waits for what is delivered.

const { createServer } = require("node:http");
const { Bot, GrammyError, InlineKeyboard, InputFile, InputMediaBuilder, webhookCallback } = require("grammy");

const [url, token, picture, secret] = process.argv.slice(2);
const KINDS = ["message", "callback_query", "poll", "poll_answer"];
const bot = new Bot(token, { client: { apiRoot: url } });
const BIG = 5 * 1024 * 1024;
let poll;

const shot = (name) => new InputFile(Buffer.from(picture, "base64"), name);

bot.command("hello", (ctx) =>
  ctx.reply(`*Hello*, ${ctx.from.first_name}\\!`, {
    parse_mode: "MarkdownV2",
    reply_markup: new InlineKeyboard().text("Again", "again"),
    reply_parameters: { message_id: ctx.msgId },
  }),
);

bot.callbackQuery("again", async (ctx) => {
  await ctx.answerCallbackQuery("again");
  await ctx.editMessageText("Hello again!");
});

bot.command("album", (ctx) =>
  ctx.replyWithMediaGroup([
    InputMediaBuilder.photo(shot("a.png"), { caption: "unboxing" }),
    InputMediaBuilder.photo(shot("b.png")),
  ]),
);

bot.command("poll", async (ctx) => {
  poll = await ctx.replyWithPoll("Which one?", [{ text: "Silk" }, { text: "Wool" }], { is_anonymous: false });
});

bot.on("poll_answer", async (ctx) => {
  const answer = ctx.pollAnswer;
  const stopped = await ctx.api.stopPoll(poll.chat.id, poll.message_id);
  const words = `${answer.user.first_name} chose ${answer.option_ids[0]}, ${stopped.total_voter_count} vote in all`;
  await ctx.api.sendMessage(poll.chat.id, words);
});

bot.command("pass", async (ctx) => {
  await ctx.copyMessage(ctx.chat.id);
  await ctx.forwardMessage(ctx.chat.id);
  await ctx.pinChatMessage(ctx.msgId);
  await ctx.replyWithDice("🎲");
});

bot.command("broken", async (ctx) => {
  try {
    await ctx.reply("*open", { parse_mode: "MarkdownV2" });
  } catch (error) {
    if (!(error instanceof GrammyError)) throw error;
    await ctx.reply(error.description);
  }
});

bot.command("big", async (ctx) => {
  const content = Buffer.concat([Buffer.from(picture, "base64"), Buffer.alloc(BIG)]);
  const sent = await ctx.replyWithPhoto(new InputFile(content, "big.png"));
  const file = await ctx.api.getFile(sent.photo.at(-1).file_id);
  const answer = await fetch(`${url}/file/bot${token}/${file.file_path}`);
  await ctx.reply(`${(await answer.arrayBuffer()).byteLength} bytes`);
});

bot.command("topic", async (ctx) => {
  const topic = await ctx.createForumTopic("Raffles");
  await ctx.reply("in here", { message_thread_id: topic.message_thread_id });
});

bot.catch((error) => console.error(error.message));
process.on("SIGTERM", () => bot.stop().then(() => process.exit(0)));
if (secret) listen();
else bot.start({ timeout: 1, allowed_updates: KINDS, onStart: () => console.log("started") });

function listen() {
  const server = createServer(webhookCallback(bot, "http", { secretToken: secret }));
  server.listen(0, "127.0.0.1", async () => {
    const address = `http://127.0.0.1:${server.address().port}/hook`;
    await bot.api.setWebhook(address, { secret_token: secret, allowed_updates: KINDS });
    console.log("started");
  });
}
