// Gives /chat and /chat/<id> an address. What they show is drawn by the layout, which outlives a change of address.
export default function ChatPage() {
  return null;
}
